using Buildx.Cli.Terminal;
using Buildx.Oci;
using Buildx.Protocol.ContentStore;
using Buildx.Protocol.ControlApi;
using Buildx.Protocol.Types;
using Grpc.Core;
using InfoRequest = Buildx.Protocol.ControlApi.InfoRequest;

namespace Buildx.Cli.Tools.Buildctl;

/// <summary><c>debug workers</c>, <c>debug info</c>, <c>debug get</c>.</summary>
internal static class BuildctlDebug
{
    public static async Task ShowWorkersAsync(Control.ControlClient control, IReadOnlyList<string> args)
    {
        var arguments = BuildctlArguments.Parse(args, ["verbose", "v"], ["filter", "f"]);
        var request = new ListWorkersRequest();
        request.Filter.Add(arguments.GetAll("filter").Concat(arguments.GetAll("f")));
        var workers = (await control.ListWorkersAsync(request)).Record;
        if (arguments.Has("verbose") || arguments.Has("v"))
        {
            foreach (var worker in workers)
                WriteVerbose(worker);
            return;
        }
        var table = new Table();
        table.Add("ID", "PLATFORMS");
        foreach (var worker in workers)
            table.Add(worker.ID, Platforms(worker));
        table.Write(Console.Out);
    }

    public static async Task ShowInfoAsync(Control.ControlClient control)
    {
        var version = (await control.InfoAsync(new InfoRequest())).BuildkitVersion;
        Console.Out.WriteLine($"BuildKit: {version.Package} {version.Version} {version.Revision}".TrimEnd());
    }

    public static async Task GetAsync(CallInvoker invoker, string digest)
    {
        using var call = new Content.ContentClient(invoker).Read(new ReadContentRequest { Digest = digest });
        await using var output = Console.OpenStandardOutput();
        await foreach (var part in call.ResponseStream.ReadAllAsync())
            await output.WriteAsync(part.Data.Memory);
    }

    private static void WriteVerbose(WorkerRecord worker)
    {
        var table = new Table(2);
        table.Add("ID:", worker.ID);
        table.Add("Platforms:", Platforms(worker));
        table.Add("BuildKit:", $"{worker.BuildkitVersion.Package} {worker.BuildkitVersion.Version} {worker.BuildkitVersion.Revision}".TrimEnd());
        table.Add("Labels:");
        foreach (var (key, value) in worker.Labels.OrderBy(label => label.Key, StringComparer.Ordinal))
            table.Add($"\t{key}:", value);
        if (worker.CDIDevices.Count > 0)
            table.Add("Devices:");
        foreach (var device in worker.CDIDevices)
        {
            table.Add("\tName:", device.Name);
            table.Add("\tAutoAllow:", device.AutoAllow ? "true" : "false");
        }
        for (var i = 0; i < worker.GCPolicy.Count; i++)
        {
            var rule = worker.GCPolicy[i];
            table.Add($"GC policy rule#{i}:");
            table.Add("\tAll:", rule.All ? "true" : "false");
            foreach (var filter in rule.Filters)
                table.Add("\tFilters:", filter);
            Add("\tKeep duration:", rule.KeepDuration, nanoseconds => TimeSpan.FromTicks(nanoseconds / 100).ToString());
            Add("\tReserved space:", rule.ReservedSpace, Values.ByteSize.Format);
            Add("\tMaximum used space:", rule.MaxUsedSpace, Values.ByteSize.Format);
            Add("\tMinimum free space:", rule.MinFreeSpace, Values.ByteSize.Format);
        }
        table.Write(Console.Out);
        Console.Out.WriteLine();

        void Add(string name, long value, Func<long, string> format)
        {
            if (value != 0)
                table.Add(name, format(value));
        }
    }

    private static string Platforms(WorkerRecord worker) => string.Join(',', worker.Platforms.Select(
        platform => new Platform(platform.OS, platform.Architecture, platform.Variant.Length > 0 ? platform.Variant : null)));
}
