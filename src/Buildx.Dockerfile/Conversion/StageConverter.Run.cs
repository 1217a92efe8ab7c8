using System.Globalization;
using System.Text;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Pb;

namespace Buildx.Dockerfile;

internal sealed partial class StageConverter
{
    private void RunCommand(RunInstruction instruction, StageCommand command)
    {
        // A command may read any file of the stage.
        node.Paths.Add("/");
        var (arguments, displayText, script) = ReadScript(instruction);
        RefuseForeignBytes(instruction, script);
        if (instruction.Command.UsesShell)
            arguments = WithShell(arguments);

        var plan = new RunMountPlan(context, node, buildContext, instruction);
        var mounts = new RunMount[instruction.Mounts.Count];
        for (var i = 0; i < mounts.Length; i++)
        {
            try
            {
                mounts[i] = RunMount.Parse(instruction.Mounts[i], word => Expand(word, instruction));
                plan.Add(mounts[i], command.Sources[i]);
            }
            catch (Exception e) when (e is ExpansionException or InstructionException)
            {
                throw new InstructionException(e.Message, instruction.Syntax?.RangeOfFlag("mount", i));
            }
        }
        if (Options.SharedMemorySize > 0)
            plan.AddSharedMemory(Options.SharedMemorySize);
        if (script is not null)
            plan.AddScript(script);

        var nameVariables = MaskSecrets(node.Environment, mounts);
        var options = new VertexOptions
        {
            Platform = Platform,
            Name = Name(StepName.Text(displayText, context.NameExpander, nameVariables), command),
            Description = [new(StepName.DescriptionKey, instruction.Text)],
            IgnoreCache = node.IgnoreCache,
            Locations = Locations(instruction),
            LinuxResources = Options.Resources,
        };
        var specification = new ExecSpecification
        {
            Arguments = arguments,
            Environment = node.Environment.ToEnvironment(),
            WorkingDirectory = node.Directory,
            User = node.User,
            HostName = Options.HostName,
            CgroupParent = Options.CgroupParent,
            ExtraHosts = Options.ExtraHosts,
            Ulimits = Options.Ulimits,
            Proxy = context.Proxy,
            Network = instruction.Network switch { RunNetwork.None => NetMode.None, RunNetwork.Host => NetMode.Host, _ => Options.Network },
            Security = instruction.Insecure ? SecurityMode.Insecure : SecurityMode.Sandbox,
            Devices = instruction.Devices.Count == 0 ? [] : instruction.Devices.Select(device => new CDIDevice { Name = device.Name, Optional = !device.Required }).ToArray(),
        };
        var before = node.Output;
        node.Output = context.Graph.Add(() => LlbExec.Create(plan.Complete(specification, before.Value), options));
        Commit(HistoryText(arguments), withLayer: true);
    }

    /// <summary>Here-documents: a script of its own, the text for the shell, or something that the shell itself reads.</summary>
    private (IReadOnlyList<string> Arguments, string DisplayText, HereDocument? Script) ReadScript(RunInstruction instruction)
    {
        var command = instruction.Command;
        if (command.HereDocuments.Count == 0)
            return (command.Arguments, instruction.Text, null);
        var line = command.Arguments[0];
        var document = command.HereDocuments[0];
        if (HereDocumentMarker.TryParse(line) is null)
            return ([line + string.Concat(command.HereDocuments.Select(other => "\n" + other.Content + other.Name))], instruction.Text, null);
        var lines = ForeignBytes.Replace(document.Content).Trim().ReplaceLineEndings("\n").Split('\n');
        var display = $"{instruction.Text} ({lines[0]}{(lines.Length > 1 ? "..." : "")})";
        return node.Image.Os != "windows" && document.Text.StartsWith("#!", StringComparison.Ordinal)
            ? ([UnixPath.Join("/dev/pipes", document.Name)], display, document)
            : ([document.Text], display, null);
    }

    /// <summary>A graph holds commands as text; a script is a file, and may have any bytes.</summary>
    private static void RefuseForeignBytes(RunInstruction instruction, HereDocument? script)
    {
        var range = instruction.Syntax?.ForeignByte;
        if (range is null && script is null && instruction.Command.HereDocuments.FirstOrDefault(document => ForeignBytes.AreIn(document.Content)) is { } document)
            range = document.Range;
        if (range is not null)
            throw new InstructionException("a command can have no bytes that are not UTF-8: save the file as UTF-8, or write such a byte as an escape, e.g. printf '\\351'", range);
    }

    private string HistoryText(IReadOnlyList<string> arguments)
    {
        var text = _text.Clear().Append("RUN ");
        var given = node.Arguments.Entries;
        if (given.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $"|{given.Count} ");
        foreach (var (name, value) in given)
            text.Append(name).Append('=').Append(node.Environment.Find(name) ?? value ?? "").Append(' ');
        return text.AppendJoin(' ', arguments).Append(" # buildkit").ToString();
    }

    private static VariableSet MaskSecrets(VariableSet environment, IEnumerable<RunMount> mounts)
    {
        foreach (var mount in mounts)
        {
            if (mount is { Type: RunMountType.Secret, EnvironmentName: { } name })
                environment = environment.With(name, "****");
        }
        return environment;
    }
}
