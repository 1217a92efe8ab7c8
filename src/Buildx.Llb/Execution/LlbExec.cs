using System.Globalization;
using Buildx.Protocol.Pb;

namespace Buildx.Llb;

/// <summary>Commands in a graph.</summary>
public static class LlbExec
{
    /// <param name="options">With a platform.</param>
    /// <returns>The root file system as the command leaves it.</returns>
    public static LlbOutput Create(ExecSpecification command, VertexOptions options)
    {
        if (command.Arguments.Count == 0)
            throw new ArgumentException("a command needs at least one argument", nameof(command));
        var capabilities = new List<string> { "exec.meta.base", "exec.meta.setsdefaultpath" };
        var agents = command.SshAgents.Count == 0 ? [] : command.SshAgents
            .Select((agent, i) => agent with { Target = string.IsNullOrEmpty(agent.Target) ? $"/run/buildkit/ssh_agent.{i.ToString(CultureInfo.InvariantCulture)}" : agent.Target })
            .ToArray();
        var environment = command.Environment;
        if (agents.Length > 0 && !environment.Any(entry => entry.StartsWith("SSH_AUTH_SOCK=", StringComparison.Ordinal)))
            environment = [.. environment, "SSH_AUTH_SOCK=" + agents[0].Target];

        var exec = new ExecOp { Meta = Meta(command, environment, capabilities), Network = command.Network, Security = command.Security };
        if (command.Network != NetMode.Unset)
            capabilities.Add("exec.meta.network");
        if (command.Security == SecurityMode.Insecure)
            capabilities.Add("exec.meta.security");
        if (options.LinuxResources is not null)
            capabilities.Add("exec.meta.linux.resources");

        var inputs = new VertexInputs();
        var root = AddMounts(command, exec, inputs, capabilities);
        AddSecrets(command, exec, capabilities);
        foreach (var agent in agents)
        {
            capabilities.Add("exec.mount.ssh");
            exec.Mounts.Add(new Mount
            {
                Input = -1,
                Dest = agent.Target,
                MountType = MountType.Ssh,
                SSHOpt = new SSHOpt { ID = agent.Id, Uid = agent.UserId, Gid = agent.GroupId, Mode = agent.Mode, Optional = agent.Optional },
            });
        }
        if (command.Devices.Count > 0)
        {
            capabilities.Add("exec.meta.cdi");
            exec.CdiDevices.AddRange(command.Devices);
        }
        return LlbVertex.Create(new Op { Exec = exec, Platform = options.RequirePlatform() }, inputs.Inputs, options, capabilities).Output(root);
    }

    /// <summary>What a command has written to a mount of its own.</summary>
    /// <param name="command">The command's root, as <see cref="Create"/> returned it.</param>
    /// <exception cref="ArgumentException">It has no writable mount there.</exception>
    public static LlbOutput MountOutput(LlbOutput command, string target)
    {
        var mount = command.Vertex.Operation.Exec?.Mounts.FirstOrDefault(mount => mount.Dest == target && mount.Output >= 0);
        return mount is null
            ? throw new ArgumentException($"the command has no writable mount at {target}", nameof(target))
            : command.Vertex.Output((int)mount.Output);
    }

    private static Meta Meta(ExecSpecification command, IReadOnlyList<string> environment, List<string> capabilities)
    {
        var meta = new Meta
        {
            Cwd = command.WorkingDirectory,
            User = command.User,
            Hostname = command.HostName,
            CgroupParent = command.CgroupParent,
            RemoveMountStubsRecursive = true,
        };
        meta.Args.AddRange(command.Arguments);
        meta.Env.AddRange(environment);
        foreach (var (host, address) in command.ExtraHosts)
            meta.ExtraHosts.Add(new HostIP { Host = host, IP = address });
        if (command.Ulimits.Count > 0)
        {
            capabilities.Add("exec.meta.ulimit");
            meta.Ulimit.AddRange(command.Ulimits);
        }
        if (command.ValidExitCodes.Count > 0)
        {
            capabilities.Add("exec.validexitcode");
            meta.ValidExitCodes.AddRange(command.ValidExitCodes);
        }
        if (command.Proxy is not null)
        {
            capabilities.Add("exec.meta.proxyenv");
            meta.ProxyEnv = command.Proxy;
        }
        return meta;
    }

    /// <returns>The index of the root's output.</returns>
    private static int AddMounts(ExecSpecification command, ExecOp exec, VertexInputs inputs, List<string> capabilities)
    {
        // Mounts are written in the order of their targets, so that a step's digest does not depend on the order of its flags.
        IEnumerable<ExecMount> mounts = [new ExecMount.Bind("/", command.Root), .. command.Mounts];
        if (command.Mounts.Count > 0)
            mounts = mounts.OrderBy(mount => mount.Target, StringComparer.Ordinal);
        var outputs = 0;
        var root = 0;
        foreach (var mount in mounts)
        {
            var message = new Mount { Dest = mount.Target, Output = -1 };
            switch (mount)
            {
                case ExecMount.Bind bind:
                    message.Input = inputs.Add(bind.Source);
                    message.Selector = bind.Selector ?? "";
                    message.Readonly = bind.ReadOnly;
                    if (bind.Source is not null)
                        capabilities.Add("exec.mount.bind");
                    if (!bind.ReadOnly && !bind.DiscardWrites)
                    {
                        if (bind.Target == "/")
                            root = outputs;
                        message.Output = outputs++;
                    }
                    break;
                case ExecMount.Cache cache:
                    message.Input = inputs.Add(cache.Source);
                    message.Selector = cache.Selector ?? "";
                    message.Readonly = cache.ReadOnly;
                    message.MountType = MountType.Cache;
                    message.CacheOpt = new CacheOpt { ID = cache.Id, Sharing = cache.Sharing };
                    capabilities.Add("exec.mount.cache");
                    capabilities.Add("exec.mount.cache.sharing");
                    break;
                case ExecMount.Tmpfs tmpfs:
                    message.Input = -1;
                    message.MountType = MountType.Tmpfs;
                    message.TmpfsOpt = new TmpfsOpt { Size = tmpfs.Size };
                    capabilities.Add("exec.mount.tmpfs");
                    if (tmpfs.Size > 0)
                        capabilities.Add("exec.mount.tmpfs.size");
                    break;
            }
            if (message.Selector.Length > 0)
                capabilities.Add("exec.mount.selector");
            exec.Mounts.Add(message);
        }
        return root;
    }

    private static void AddSecrets(ExecSpecification command, ExecOp exec, List<string> capabilities)
    {
        foreach (var secret in command.Secrets)
        {
            capabilities.Add("exec.mount.secret");
            if (secret.EnvironmentName is not null)
            {
                capabilities.Add("exec.secretenv");
                exec.Secretenv.Add(new SecretEnv { ID = secret.Id, Name = secret.EnvironmentName, Optional = secret.Optional });
            }
            if (secret.Target is not null)
            {
                exec.Mounts.Add(new Mount
                {
                    Input = -1,
                    Dest = secret.Target,
                    MountType = MountType.Secret,
                    SecretOpt = new SecretOpt { ID = secret.Id, Uid = secret.UserId, Gid = secret.GroupId, Mode = secret.Mode, Optional = secret.Optional },
                });
            }
        }
    }
}
