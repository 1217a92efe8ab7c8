using System.Text.RegularExpressions;
using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Dockerfile;

internal sealed partial class StageConverter
{
    private void SetEnvironment(EnvInstruction instruction)
    {
        foreach (var variable in instruction.Variables)
        {
            ReportLegacy(variable, instruction);
            ReportSecret("ENV", variable.Key, instruction);
            node.Environment = node.Environment.With(variable.Key, variable.Value);
            _growing.SetVariable(variable.Key, variable.Value);
        }
        Commit("ENV" + string.Concat(instruction.Variables.Select(variable => $" {variable.Key}={variable.Value}")));
    }

    private void SetArguments(ArgInstruction instruction)
    {
        var texts = new List<string>();
        foreach (var argument in instruction.Arguments)
        {
            ReportSecret("ARG", argument.Name, instruction);
            var value = argument.Default;
            var inherited = false;
            if (Options.BuildArguments.TryGetValue(argument.Name, out var given))
            {
                value = given;
            }
            else if (value is null)
            {
                value = context.GlobalArguments.Find(argument.Name);
                inherited = value is not null;
            }
            else
            {
                value = Expand(value, instruction);
            }
            if (value is not null && !NotInEnvironment.Contains(argument.Name))
                node.Environment = node.Environment.With(argument.Name, value);
            if (!inherited)
                node.Outline.Arguments[argument.Name] = new OutlineCollector.ArgumentUse(argument, value ?? "", instruction.Range, []);
            node.Outline.Used.Add(argument.Name);
            node.Arguments.Set(argument.Name, value);
            texts.Add(value is null ? argument.Name : $"{argument.Name}={value}");
        }
        Commit("ARG " + string.Join(' ', texts));
    }

    private void SetLabels(LabelInstruction instruction)
    {
        foreach (var label in instruction.Labels)
        {
            ReportLegacy(label, instruction);
            _growing.SetLabel(label.Key, label.Value);
        }
        Commit("LABEL" + string.Concat(instruction.Labels.Select(label => $" {label.Key}={label.Value}")));
    }

    private void SetDirectory(WorkdirInstruction instruction, bool isTrigger)
    {
        if (!node.HasWorkdir && !UnixPath.IsAbsolute(instruction.Path))
            _linter.Report(LintRules.WorkdirRelativePath, instruction.Range, $"{GoText.Quote(instruction.Path)} begins at a directory that the base image has set; write the whole path from /");
        node.HasWorkdir = true;
        var directory = ResolveDirectory(Config.WorkingDir is { Length: > 0 } current ? current : "/", instruction.Path);
        Config = Config with { WorkingDir = directory };
        node.Directory = directory;
        if (directory != "/")
        {
            var owner = Config.User is { Length: > 0 } user ? FileOwner.Parse(user) : null;
            var name = StepName.Create(
                node, StepName.Text(instruction.Text, context.Expander, node.Environment), Options.MultiPlatform, Platform, node.Environment, isTrigger);
            var options = new VertexOptions { Name = name, Locations = Locations(instruction) };
            var before = node.Output;
            var epoch = context.Epoch;
            node.Output = context.Graph.Add(() => new LlbFile(before.Value).MakeDirectory(directory, 0b111_101_101, makeParents: true, owner, epoch).ToOutput(options));
        }
        Commit("WORKDIR " + directory, withLayer: directory != "/");
    }

    private void SetCommand(CmdInstruction instruction)
    {
        ReportRepeated(instruction);
        var arguments = WithShell(instruction, instruction.Command);
        Config = Config with { Cmd = OrNull(arguments), ArgsEscaped = true };
        Commit("CMD " + GoText.QuoteList(arguments));
    }

    private void SetEntrypoint(EntrypointInstruction instruction)
    {
        ReportRepeated(instruction);
        var arguments = WithShell(instruction, instruction.Command);
        Config = Config with { Entrypoint = OrNull(arguments), Cmd = node.LastOf.ContainsKey("CMD") ? Config.Cmd : null };
        Commit("ENTRYPOINT " + GoText.QuoteList(arguments));
    }

    private void SetHealthCheck(HealthCheckInstruction instruction)
    {
        ReportRepeated(instruction);
        var check = instruction.Check;
        Config = Config with { Healthcheck = check };
        Commit($"HEALTHCHECK {{Test:{GoText.List(check.Test ?? [])} Interval:{GoDuration.Format(check.Interval)} Timeout:{GoDuration.Format(check.Timeout)} "
            + $"StartPeriod:{GoDuration.Format(check.StartPeriod)} StartInterval:{GoDuration.Format(check.StartInterval)} Retries:{check.Retries}}}");
    }

    private void Expose(ExposeInstruction instruction)
    {
        var ports = instruction.Ports
            .SelectMany(port => context.Expander.ExpandWords(port, node.Environment))
            .SelectMany(port => PortSpecification.Parse(port, instruction.Range, _linter))
            .ToArray();
        _growing.AddPorts(ports);
        Commit("EXPOSE " + GoText.List(ports));
    }

    private void AddVolumes(VolumeInstruction instruction)
    {
        if (instruction.Volumes.Contains(""))
            throw new InstructionException("a VOLUME must not be empty");
        _growing.AddVolumes(instruction.Volumes);
        Commit("VOLUME " + GoText.List(instruction.Volumes));
    }

    private IReadOnlyList<string> WithShell(Instruction instruction, ShellCommand command)
    {
        if (!command.UsesShell)
            return command.Arguments;
        if (Config.Shell is null or [])
        {
            _linter.Report(
                LintRules.JsonArgsRecommended, instruction.Range,
                $"{instruction.Keyword} starts a shell, which does not hand on signals; write a JSON list, {instruction.Keyword} [\"program\", \"argument\"], or say with SHELL that a shell is meant");
        }
        return WithShell(command.Arguments);
    }

    private IReadOnlyList<string> WithShell(IReadOnlyList<string> arguments)
    {
        IReadOnlyList<string> shell = Config.Shell is { Count: > 0 } set ? set : node.Image.Os == "windows" ? ["cmd", "/S", "/C"] : ["/bin/sh", "-c"];
        return [.. shell, string.Join(' ', arguments)];
    }

    private void ReportRepeated(Instruction instruction)
    {
        var kind = instruction.Keyword.ToUpperInvariant();
        // The earlier one is at fault: it has no effect.
        if (node.LastOf.TryGetValue(kind, out var earlier))
            _linter.Report(LintRules.MultipleInstructionsDisallowed, earlier, $"this {instruction.Keyword} has no effect, since the same stage has another one further down; remove one of them");
        node.LastOf[kind] = instruction.Range;
    }

    private void ReportLegacy(KeyValue pair, Instruction instruction)
    {
        if (pair.Legacy)
            _linter.Report(LintRules.LegacyKeyValueFormat, instruction.Range, $"{instruction.Keyword} {pair.Key} takes all that follows as its value; write {instruction.Keyword} {pair.Key}=\"…\"");
    }

    private void ReportSecret(string keyword, string name, Instruction instruction)
    {
        if (SecretName().IsMatch(name) && !HarmlessName().IsMatch(name))
            _linter.Report(LintRules.SecretsUsedInArgOrEnv, instruction.Range, $"{keyword} {GoText.Quote(name)} looks like a secret, which everybody could read in the image; use RUN --mount=type=secret instead");
    }

    private static IReadOnlyList<string>? OrNull(IReadOnlyList<string> values) => values.Count == 0 ? null : values;

    [GeneratedRegex("(?:_|^)(?:apikey|auth|credential|credentials|key|password|pword|passwd|secret|token)(?:_|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretName();

    [GeneratedRegex("(?:_|^)(?:public|file|version)(?:_|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex HarmlessName();
}
