using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Buildx.Cli.Terminal;
using Grpc.Core;

namespace Buildx.Cli.History;

/// <summary>A build's description for people, as Buildx prints it.</summary>
internal sealed class RecordText(CliContext context, BuildRecord build, JsonObject description)
{
    private readonly TextWriter _output = context.Out;

    /// <param name="withRef">Whether the reader can't know which build it is.</param>
    public void Write(bool withRef)
    {
        WriteSource(withRef);
        WritePairs("NAMED CONTEXT", "NamedContexts");
        WriteTimes();
        WriteConfiguration();
        WritePairs("BUILD ARG", "BuildArgs");
        WritePairs("LABEL", "Labels");
        WriteList("Materials:", ["URI", "DIGEST"], "Materials", material => [Text(material, "URI"), Texts(material, "Digests")]);
        WriteList("Attachments:", ["DIGEST", "PLATFORM", "TYPE"], "Attachments", attachment => [Text(attachment, "Digest"), Text(attachment, "Platform"), Text(attachment, "Type")]);
        WriteError();
        _output.WriteLine($"Print build logs: {context.CommandName} history logs {build.Record.Ref}");
        _output.WriteLine($"View build in Docker Desktop: {DesktopLink.Of(build.FullName)}");
    }

    private void WriteSource(bool withRef)
    {
        var rows = new TabbedRows();
        rows.AddValue("Name", Text(description, "Name"));
        if (withRef)
            rows.AddValue("Ref", Text(description, "Ref"));
        rows.AddValue("Context", Text(description, "Context"));
        rows.AddValue("Dockerfile", Text(description, "Dockerfile"));
        rows.AddValue("VCS Repository", Text(description, "VCSRepository"));
        rows.AddValue("VCS Revision", Text(description, "VCSRevision"));
        rows.AddValue("Target", Text(description, "Target"));
        rows.AddValue("Platforms", Texts(description, "Platform"));
        rows.AddValue("Keep Git Dir", IsTrue(description, "KeepGitDir"));
        rows.Write(_output);
        _output.WriteLine();
    }

    private void WriteTimes()
    {
        var rows = new TabbedRows();
        var record = build.Record;
        rows.Add("Started:", build.CreatedAt.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
        rows.Add("Duration:", build.DurationText + (build.CompletedAt is null ? " (running)" : ""));
        switch (Text(description, "Status"))
        {
            case "failed":
                rows.Add("Error:", $"{(StatusCode)record.Error.Code} {record.Error.Message}");
                break;
            case "canceled":
                rows.Add("Status:", "Canceled");
                break;
        }
        var cached = record.NumTotalSteps == 0 ? 0 : 100.0 * record.NumCachedSteps / record.NumTotalSteps;
        rows.Add("Build Steps:", string.Create(CultureInfo.InvariantCulture, $"{record.NumCompletedSteps}/{record.NumTotalSteps} ({cached:0}% cached)"));
        rows.Write(_output);
        _output.WriteLine();
    }

    private void WriteConfiguration()
    {
        var rows = new TabbedRows();
        var settings = description["Config"]!.AsObject();
        rows.AddValue("Network", Text(settings, "Network"));
        rows.AddValue("Hostname", Text(settings, "Hostname"));
        rows.AddValue("Extra Hosts", Texts(settings, "ExtraHosts"));
        rows.AddValue("Cgroup Parent", Text(settings, "CgroupParent"));
        rows.AddValue("Image Resolve Mode", Text(settings, "ImageResolveMode"));
        rows.AddValue("Multi-Platform", IsTrue(settings, "MultiPlatform"));
        rows.AddValue("No Cache", IsTrue(settings, "NoCache"));
        rows.AddValue("No Cache Filter", Texts(settings, "NoCacheFilter"));
        rows.AddValue("Shm Size", Text(settings, "ShmSize"));
        rows.AddValue("Resource Limits", Text(settings, "Ulimit"));
        rows.AddValue("Memory", Bytes(Text(settings, "Memory")));
        rows.AddValue("Memory Swap", Bytes(Text(settings, "MemorySwap")));
        rows.AddValue("CPU Shares", Text(settings, "CPUShares"));
        rows.AddValue("CPU Period", Text(settings, "CPUPeriod"));
        rows.AddValue("CPU Quota", Text(settings, "CPUQuota"));
        rows.AddValue("CPUSet CPUs", Text(settings, "CPUSetCPUs"));
        rows.AddValue("CPUSet Mems", Text(settings, "CPUSetMems"));
        rows.AddValue("Cache Mount Namespace", Text(settings, "CacheMountNS"));
        rows.AddValue("Dockerfile Check Config", Text(settings, "DockerfileCheckConfig"));
        rows.AddValue("Source Date Epoch", Text(settings, "SourceDateEpoch"));
        rows.AddValue("Sandbox Hostname", Text(settings, "SandboxHostname"));
        foreach (var pair in Items(settings, "RestRaw"))
            rows.Add($"{Text(pair, "Name")}:", Text(pair, "Value"));
        rows.Write(_output);
        _output.WriteLine();
    }

    private void WritePairs(string title, string field) =>
        WriteList(null, [title, "VALUE"], field, pair => [Text(pair, "Name"), Text(pair, "Value")]);

    private void WriteList(string? title, string[] headings, string field, Func<JsonObject, string[]> row)
    {
        var items = Items(description, field).ToList();
        if (items.Count == 0)
            return;
        if (title is not null)
            _output.WriteLine(title);
        var rows = new TabbedRows();
        rows.Add(headings);
        foreach (var item in items)
            rows.Add(row(item));
        rows.Write(_output);
        _output.WriteLine();
    }

    private void WriteError()
    {
        if (description["Error"] is not JsonObject error)
            return;
        _output.Write(Encoding.UTF8.GetString(Convert.FromBase64String(Text(error, "Sources"))));
        if (error["Logs"] is not JsonArray { Count: > 0 } lines)
            return;
        _output.WriteLine("Logs:");
        _output.WriteLine($"> => {Text(error, "Name")}:");
        foreach (var line in lines)
            _output.WriteLine($"> {line!.GetValue<string>()}");
        _output.WriteLine();
    }

    private static IEnumerable<JsonObject> Items(JsonObject json, string field) => json[field]?.AsArray().OfType<JsonObject>() ?? [];

    private static string Text(JsonObject json, string field) => json[field]?.GetValue<string>() ?? "";

    private static string Texts(JsonObject json, string field) => string.Join(", ", json[field]!.AsArray().Select(item => item!.GetValue<string>()));

    private static string IsTrue(JsonObject json, string field) => json[field]?.GetValue<bool>() == true ? "true" : "";

    private static string Bytes(string text)
    {
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes))
            return text;
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        var (size, unit) = ((double)bytes, 0);
        for (; size >= 1024 && unit < units.Length - 1; unit++)
            size /= 1024;
        return size.ToString("G4", CultureInfo.InvariantCulture) + units[unit];
    }
}
