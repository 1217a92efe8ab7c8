using System.Text;
using System.Text.Json;
using Buildx.Protocol.Types;

namespace Buildx.Engine.Frontends.Gateway;

/// <summary>Workers as a frontend image finds them in <c>BUILDKIT_WORKERS</c>.</summary>
internal static class WorkerJson
{
    public static string Write(WorkerRecord worker)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            json.WriteStartObject();
            json.WriteString("id", worker.ID);
            json.WriteStartObject("labels");
            foreach (var (name, value) in worker.Labels)
                json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteStartArray("platforms");
            foreach (var platform in worker.Platforms)
            {
                json.WriteStartObject();
                json.WriteString("architecture", platform.Architecture);
                json.WriteString("os", platform.OS);
                if (platform.Variant.Length > 0)
                    json.WriteString("variant", platform.Variant);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteNull("gcPolicy");
            json.WriteStartObject("buildkitVersion");
            json.WriteString("package", worker.BuildkitVersion.Package);
            json.WriteString("version", worker.BuildkitVersion.Version);
            json.WriteString("revision", worker.BuildkitVersion.Revision);
            json.WriteEndObject();
            json.WriteStartArray("cdiDevices");
            foreach (var device in worker.CDIDevices)
            {
                json.WriteStartObject();
                json.WriteString("name", device.Name);
                json.WriteBoolean("autoAllow", device.AutoAllow);
                json.WriteStartObject("annotations");
                foreach (var (name, value) in device.Annotations)
                    json.WriteString(name, value);
                json.WriteEndObject();
                json.WriteBoolean("onDemand", device.OnDemand);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
