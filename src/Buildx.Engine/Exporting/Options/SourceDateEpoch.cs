using System.Globalization;
using System.Text;

namespace Buildx.Engine.Exporting.Options;

/// <summary>
/// The time that reproducible builds set in place of the clock, in seconds since 1970. An attribute of the exporter wins over
/// what the frontend reports, even when it is empty, which means none.
/// </summary>
internal readonly record struct SourceDateEpoch(bool IsSet, DateTimeOffset? Value)
{
    private const string AttributeKey = "source-date-epoch";
    private const string MetadataKey = "source.date.epoch";

    public static SourceDateEpoch Take(ExporterAttributes attributes)
    {
        if (attributes.TakeText(AttributeKey) is not { } text)
            return default;
        if (!TryParse(text, out var time))
            throw attributes.Invalid(AttributeKey, text, "want seconds since 1970-01-01");
        return new SourceDateEpoch(true, time);
    }

    /// <summary>The time that holds for one platform of a result.</summary>
    public DateTimeOffset? For(ExportResult result, string platformId)
    {
        if (IsSet)
            return Value;
        if (!result.Metadata.TryGetValue($"{MetadataKey}/{platformId}", out var bytes) && !result.Metadata.TryGetValue(MetadataKey, out bytes))
            return null;
        var text = Encoding.UTF8.GetString(bytes);
        return TryParse(text, out var time)
            ? time
            : throw new ExportException($"the frontend gave the SOURCE_DATE_EPOCH \"{text}\": want seconds since 1970-01-01");
    }

    private static bool TryParse(string text, out DateTimeOffset? time)
    {
        time = null;
        if (text.Length == 0)
            return true;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            || seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            return false;
        }
        time = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return true;
    }
}
