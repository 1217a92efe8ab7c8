using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Buildx.Cli.Values;
using Buildx.Protocol.ControlApi;

namespace Buildx.Cli.Terminal;

/// <summary>Entries of the build cache, as <c>du</c> and <c>prune</c> show them.</summary>
internal static class UsageText
{
    public static void WriteTable(TextWriter output, IReadOnlyList<UsageRecord> records)
    {
        var table = new Table();
        table.Add("ID", "RECLAIMABLE", "SIZE", "LAST ACCESSED");
        foreach (var record in records)
            table.Add(record.ID + (record.Mutable ? "*" : ""), Text(!record.InUse), ByteSize.Format(record.Size) + (record.Shared ? "*" : ""), LastUsed(record));
        table.Write(output);
    }

    public static void WriteVerbose(TextWriter output, UsageRecord record)
    {
        var table = new Table(2);
        table.Add("ID:", record.ID);
        if (record.Parents.Count > 0)
        {
            table.Add("Parents:");
            foreach (var parent in record.Parents)
                table.Add(" - " + parent);
        }
        table.Add("Created at:", CreatedAt(record));
        table.Add("Mutable:", Text(record.Mutable));
        table.Add("Reclaimable:", Text(!record.InUse));
        table.Add("Shared:", Text(record.Shared));
        table.Add("Size:", ByteSize.Format(record.Size));
        if (record.Description.Length > 0)
            table.Add("Description:", record.Description);
        table.Add("Usage count:", record.UsageCount.ToString(CultureInfo.InvariantCulture));
        if (LastUsed(record) is { Length: > 0 } used)
            table.Add("Last used:", used);
        if (record.RecordType.Length > 0)
            table.Add("Type:", record.RecordType);
        table.Write(output);
        output.WriteLine();
    }

    public static void WriteSummary(TextWriter output, IReadOnlyList<UsageRecord> records)
    {
        var total = records.Sum(record => record.Size);
        var shared = records.Where(record => record.Shared).Sum(record => record.Size);
        var table = new Table();
        if (shared > 0)
        {
            table.Add("Shared:", ByteSize.Format(shared));
            table.Add("Private:", ByteSize.Format(total - shared));
        }
        table.Add("Reclaimable:", ByteSize.Format(records.Where(record => !record.InUse).Sum(record => record.Size)));
        table.Add("Total:", ByteSize.Format(total));
        table.Write(output);
    }

    public static string ToJson(UsageRecord record)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("CreatedAt", CreatedAt(record));
            json.WriteString("Description", record.Description);
            json.WriteString("ID", record.ID);
            json.WriteString("LastUsedAt", LastUsed(record));
            json.WriteBoolean("Mutable", record.Mutable);
            if (record.Parents.Count == 0)
            {
                json.WriteNull("Parents");
            }
            else
            {
                json.WriteStartArray("Parents");
                foreach (var parent in record.Parents)
                    json.WriteStringValue(parent);
                json.WriteEndArray();
            }
            json.WriteBoolean("Reclaimable", !record.InUse);
            json.WriteBoolean("Shared", record.Shared);
            json.WriteString("Size", ByteSize.Format(record.Size));
            json.WriteString("Type", record.RecordType);
            json.WriteNumber("UsageCount", record.UsageCount);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Text(bool value) => value ? "true" : "false";

    private static string CreatedAt(UsageRecord record) =>
        record.CreatedAt?.ToDateTime().ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF '+0000 UTC'", CultureInfo.InvariantCulture) ?? "";

    private static string LastUsed(UsageRecord record) =>
        record.LastUsedAt is null ? "" : DurationText.InWords(DateTime.UtcNow - record.LastUsedAt.ToDateTime()) + " ago";
}
