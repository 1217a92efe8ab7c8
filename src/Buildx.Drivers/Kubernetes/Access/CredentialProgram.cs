using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Buildx.Drivers.Kubernetes.Access;

/// <summary>
/// A program that gives out credentials for a cluster, as those of the clouds do.
/// <see href="https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins"/>
/// </summary>
/// <param name="InstallHint">What to do when it is missing.</param>
internal sealed record CredentialProgram(string ApiVersion, string Command, IReadOnlyList<string> Arguments, IReadOnlyList<(string Name, string Value)> Environment, string? InstallHint)
{
    private static readonly string[] Versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];

    /// <exception cref="DriverException">It is not described as it should be.</exception>
    public static CredentialProgram From(KubeConfigSection program, string source, string user)
    {
        var version = program.Text("apiVersion") ?? "";
        if (!Versions.Contains(version))
            throw new DriverException($"{source}: user \"{user}\": exec.apiVersion must be {string.Join(" or ", Versions)}");
        var command = program.Text("command") ?? throw new DriverException($"{source}: user \"{user}\": exec.command is missing");
        // One with a slash is meant from the file's directory on, another is looked up in PATH.
        if (command.Contains('/', StringComparison.Ordinal))
            command = program.FilePath("command")!;
        return new CredentialProgram(version, command, [.. program.Texts("args")],
            [.. program.Sections("env").Select(variable => (variable.Text("name") ?? "", variable.Text("value") ?? "")).Where(variable => variable.Item1.Length > 0)], program.Text("installHint"));
    }

    /// <returns>A token, a certificate, or both.</returns>
    /// <exception cref="DriverException">It fails, or gives none. What it wrote to its standard output is not told.</exception>
    public async Task<ClusterUser> RunAsync(Uri server, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Command, Arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        start.Environment["KUBERNETES_EXEC_INFO"] = new JsonObject
        {
            ["kind"] = "ExecCredential",
            ["apiVersion"] = ApiVersion,
            ["spec"] = new JsonObject { ["interactive"] = false, ["cluster"] = new JsonObject { ["server"] = server.AbsoluteUri.TrimEnd('/') } },
        }.ToJsonString();
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new DriverException($"the program {Command}, which has the credentials for {server.Authority}, cannot be started: {e.Message}{(InstallHint is null ? "" : $"; {InstallHint}")}", e);
        }
        using (process)
        {
            process.StandardInput.Close();
            try
            {
                var errors = process.StandardError.ReadToEndAsync(cancellationToken);
                var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
                await process.WaitForExitAsync(cancellationToken);
                return process.ExitCode == 0
                    ? Read(output)
                    : throw new DriverException($"the program {Command}, which has the credentials for {server.Authority}, ended with {process.ExitCode}: {(await errors).Trim()}");
            }
            finally
            {
                if (!process.HasExited)
                    process.Kill(entireProcessTree: true);
            }
        }
    }

    private ClusterUser Read(string output)
    {
        JsonNode? status = null;
        try
        {
            status = JsonNode.Parse(output)?["status"];
        }
        catch (JsonException)
        {
        }
        var user = new ClusterUser
        {
            Token = (string?)status?["token"],
            Certificate = (string?)status?["clientCertificateData"] is { } certificate && (string?)status["clientKeyData"] is { } key ? ClusterUser.ReadCertificate(Command, certificate, key) : null,
        };
        return user.Token is not null || user.Certificate is not null ? user : throw new DriverException($"the program {Command} gives no credentials: its output is no ExecCredential with a token or a certificate");
    }
}
