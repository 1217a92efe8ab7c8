using System.Globalization;

namespace Buildx.Client.Progress;

/// <summary>Sizes as BuildKit's displays write them: decimal units, two decimals.</summary>
internal static class ByteSize
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB"];

    public static string Format(long bytes)
    {
        if (bytes < 1000)
            return $"{bytes}B";
        var value = (double)bytes;
        var unit = 0;
        for (; value >= 1000 && unit < Units.Length - 1; unit++)
            value /= 1000;
        return value.ToString("0.00", CultureInfo.InvariantCulture) + Units[unit];
    }

    public static string Describe(TransferState transfer) => transfer.Total != 0
        ? $"{Format(transfer.Current)} / {Format(transfer.Total)}"
        : transfer.Current != 0 ? Format(transfer.Current) : "";
}
