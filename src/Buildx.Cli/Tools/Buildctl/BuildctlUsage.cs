using System.Globalization;
using Buildx.Cli.Terminal;
using Buildx.Cli.Values;

using Buildx.Protocol.ControlApi;
using Grpc.Core;

namespace Buildx.Cli.Tools.Buildctl;

/// <summary><c>du</c> and <c>prune</c>.</summary>
internal static class BuildctlUsage
{
    public static async Task ShowAsync(Control.ControlClient control, IReadOnlyList<string> args)
    {
        var arguments = BuildctlArguments.Parse(args, ["verbose", "v"], ["filter", "f", "format"]);
        RefuseFormat(arguments);
        var request = new DiskUsageRequest();
        request.Filter.Add(arguments.GetAll("filter").Concat(arguments.GetAll("f")));
        var records = (await control.DiskUsageAsync(request)).Record;
        Write(records, arguments.Has("verbose") || arguments.Has("v"));
        UsageText.WriteSummary(Console.Out, records);
    }

    public static async Task PruneAsync(Control.ControlClient control, IReadOnlyList<string> args)
    {
        var arguments = BuildctlArguments.Parse(
            args, ["all", "verbose", "v"], ["filter", "f", "format", "keep-duration", "keep-storage", "keep-storage-min", "free-storage"]);
        RefuseFormat(arguments);
        var request = new PruneRequest
        {
            All = arguments.Has("all"),
            KeepDuration = arguments.Get("keep-duration") is { } duration ? DurationText.Parse("--keep-duration", duration).Ticks * 100 : 0,
            MaxUsedSpace = Megabytes(arguments, "keep-storage"),
            ReservedSpace = Megabytes(arguments, "keep-storage-min"),
            MinFreeSpace = Megabytes(arguments, "free-storage"),
        };
        request.Filter.Add(arguments.GetAll("filter").Concat(arguments.GetAll("f")));
        using var call = control.Prune(request);
        var removed = new List<UsageRecord>();
        await foreach (var record in call.ResponseStream.ReadAllAsync())
            removed.Add(record);
        Write(removed, arguments.Has("verbose") || arguments.Has("v"));
        Console.Out.WriteLine($"Total:\t{ByteSize.Format(removed.Sum(record => record.Size))}");
    }

    private static void Write(IReadOnlyList<UsageRecord> records, bool verbose)
    {
        if (!verbose)
        {
            UsageText.WriteTable(Console.Out, records);
            return;
        }
        foreach (var record in records)
            UsageText.WriteVerbose(Console.Out, record);
    }

    private static void RefuseFormat(BuildctlArguments arguments)
    {
        if (arguments.Get("format") is not null)
            throw new CliException("--format is not supported by this buildctl: buildx du --format is");
    }

    private static long Megabytes(BuildctlArguments arguments, string name) => arguments.Get(name) is not { } text
        ? 0
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? (long)(value * 1e6)
            : throw new CliException($"--{name}: \"{text}\" is no number of megabytes");
}
