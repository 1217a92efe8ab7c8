using System.Text.Json.Nodes;
using Google.Protobuf;

namespace Buildx.KubernetesStandIn;

/// <summary>
/// Objects in the API's binary form, as the real Buildx sends them: four bytes <c>k8s\0</c>, a message that says what it is, and the
/// object. Only the fields that builders use are known; others may not have a value.
/// <see href="https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding"/>
/// </summary>
internal static class ProtobufObjects
{
    public const string ContentType = "application/vnd.kubernetes.protobuf";

    /// <summary>By message: number, name and type of each field. A star is for lists, <c>inline</c> for what has no name in JSON.</summary>
    private static readonly Dictionary<string, Dictionary<int, Field>> Messages = new Dictionary<string, string>
    {
        ["Unknown"] = "1 type TypeMeta, 2 raw bytes",
        ["TypeMeta"] = "1 apiVersion string, 2 kind string",
        ["ObjectMeta"] = "1 name string, 3 namespace string, 11 labels map, 12 annotations map",
        ["ConfigMap"] = "1 metadata ObjectMeta, 2 data map",
        ["Deployment"] = "1 metadata ObjectMeta, 2 spec DeploymentSpec",
        ["DeploymentSpec"] = "1 replicas int, 2 selector LabelSelector, 3 template PodTemplateSpec",
        ["LabelSelector"] = "1 matchLabels map",
        ["PodTemplateSpec"] = "1 metadata ObjectMeta, 2 spec PodSpec",
        ["PodSpec"] = "1 volumes Volume*, 2 containers Container*, 7 nodeSelector map, 8 serviceAccountName string, 19 schedulerName string, 20 initContainers Container*, 22 tolerations Toleration*",
        ["Container"] = "1 name string, 2 image string, 4 args string*, 7 env EnvVar*, 8 resources ResourceRequirements, 9 volumeMounts VolumeMount*, 10 livenessProbe Probe, 11 readinessProbe Probe, 15 securityContext SecurityContext",
        ["EnvVar"] = "1 name string, 2 value string",
        ["ResourceRequirements"] = "1 limits quantities, 2 requests quantities",
        ["Quantity"] = "1 string string",
        ["VolumeMount"] = "1 name string, 3 mountPath string",
        ["Probe"] = "1 handler inline:ProbeHandler, 2 initialDelaySeconds int, 3 timeoutSeconds int, 4 periodSeconds int, 5 successThreshold int, 6 failureThreshold int",
        ["ProbeHandler"] = "1 exec ExecAction",
        ["ExecAction"] = "1 command string*",
        ["SecurityContext"] = "2 privileged bool, 11 seccompProfile SeccompProfile",
        ["SeccompProfile"] = "1 type string",
        ["Volume"] = "1 name string, 2 source inline:VolumeSource",
        ["VolumeSource"] = "2 emptyDir EmptyDir, 19 configMap ConfigMapSource",
        ["EmptyDir"] = "1 medium string, 2 sizeLimit quantity",
        ["ConfigMapSource"] = "1 reference inline:Reference",
        ["Reference"] = "1 name string",
        ["Toleration"] = "1 key string, 2 operator string, 3 value string, 4 effect string, 5 tolerationSeconds int",
    }.ToDictionary(message => message.Key, message => message.Value.Split(", ").Select(field => field.Split(' ')).ToDictionary(
        field => int.Parse(field[0], System.Globalization.CultureInfo.InvariantCulture), field => new Field(field[1], field[2])));

    public static JsonObject Read(byte[] content)
    {
        if (!content.AsSpan().StartsWith("k8s\0"u8))
            throw new RefusedException(400, "BadRequest", "not the binary form of an object");
        var unknown = Read("Unknown", content[4..]);
        var kind = (string)unknown["type"]!["kind"]!;
        var value = Read(kind, Convert.FromBase64String((string)unknown["raw"]!));
        (value["apiVersion"], value["kind"]) = ((string)unknown["type"]!["apiVersion"]!, kind);
        // As if it had come as JSON, where a number has no size.
        return (JsonObject)JsonNode.Parse(value.ToJsonString())!;
    }

    private static JsonObject Read(string message, byte[] content)
    {
        var fields = Messages.GetValueOrDefault(message) ?? throw new RefusedException(415, "UnsupportedMediaType", $"the stand-in does not know {message} in its binary form");
        var value = new JsonObject();
        var input = new CodedInputStream(content);
        while (input.ReadTag() is var tag and not 0)
        {
            var number = WireFormat.GetTagFieldNumber(tag);
            var isNumber = WireFormat.GetTagWireType(tag) == WireFormat.WireType.Varint;
            var integer = isNumber ? input.ReadInt64() : 0;
            var bytes = isNumber ? [] : input.ReadBytes().ToByteArray();
            if (fields.TryGetValue(number, out var field))
                Set(value, field, integer, bytes);
            else if (integer != 0 || !IsEmpty(bytes))
                throw new RefusedException(415, "UnsupportedMediaType", $"the stand-in does not know field {number} of {message}");
        }
        return value;
    }

    /// <summary>Nothing, or a message whose fields have no values: tags and zeros.</summary>
    private static bool IsEmpty(byte[] bytes)
    {
        var input = new CodedInputStream(bytes);
        try
        {
            while (input.ReadTag() is var tag and not 0)
            {
                if (WireFormat.GetTagWireType(tag) == WireFormat.WireType.Varint ? input.ReadInt64() != 0 : !IsEmpty(input.ReadBytes().ToByteArray()))
                    return false;
            }
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    private static void Set(JsonObject value, Field field, long integer, byte[] bytes)
    {
        switch (field.Type)
        {
            case "int":
                value[field.Name] = integer;
                break;
            case "bool":
                value[field.Name] = integer != 0;
                break;
            case "bytes":
                value[field.Name] = Convert.ToBase64String(bytes);
                break;
            case "string" when bytes.Length > 0:
                value[field.Name] = System.Text.Encoding.UTF8.GetString(bytes);
                break;
            case "string":
                break;
            case "quantity":
                value[field.Name] = (string?)Read("Quantity", bytes)["string"];
                break;
            case "map" or "quantities":
                var (key, content) = ReadEntry(bytes);
                var map = value[field.Name] as JsonObject ?? [];
                map[key] = field.Type == "map" ? System.Text.Encoding.UTF8.GetString(content) : (string?)Read("Quantity", content)["string"];
                value[field.Name] ??= map;
                break;
            case "string*":
                ((JsonArray)(value[field.Name] ??= new JsonArray())).Add((JsonNode)System.Text.Encoding.UTF8.GetString(bytes));
                break;
            case var list when list.EndsWith('*'):
                ((JsonArray)(value[field.Name] ??= new JsonArray())).Add((JsonNode)Read(list[..^1], bytes));
                break;
            case var inline when inline.StartsWith("inline:", StringComparison.Ordinal):
                foreach (var (name, part) in Read(inline["inline:".Length..], bytes))
                    value[name] = part?.DeepClone();
                break;
            default:
                value[field.Name] = Read(field.Type, bytes);
                break;
        }
    }

    private static (string Key, byte[] Value) ReadEntry(byte[] content)
    {
        var (key, value) = ("", Array.Empty<byte>());
        var input = new CodedInputStream(content);
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == 1)
                key = input.ReadString();
            else
                value = input.ReadBytes().ToByteArray();
        }
        return (key, value);
    }

    private sealed record Field(string Name, string Type);
}
