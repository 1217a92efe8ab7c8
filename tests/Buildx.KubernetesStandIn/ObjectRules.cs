using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Buildx.KubernetesStandIn;

/// <summary>
/// What an object must be to be taken: its form by <see cref="OpenApiSchema"/>, and beyond the form what a server checks by hand, names
/// and that all parts of a pod fit together.
/// </summary>
internal static partial class ObjectRules
{
    public static void Check(ObjectAddress address, JsonObject value, OpenApiSchema schema)
    {
        if (schema.Check((string?)value["apiVersion"] ?? "", (string?)value["kind"] ?? "", value) is { Count: > 0 } problems)
            throw new RefusedException(400, "BadRequest", $"strict decoding error: {string.Join(", ", problems)}");
        var name = (string?)value["metadata"]?["name"] ?? "";
        Require(address, name, (string?)value["apiVersion"] == address.Group, "apiVersion", "does not match the address");
        Require(address, name, address.Name is null || address.Name == name, "metadata.name", "does not match the address");
        Require(address, name, ((string?)value["metadata"]?["namespace"] ?? address.Namespace) == address.Namespace, "metadata.namespace", "does not match the address");
        Require(address, name, ObjectName().IsMatch(name) && name.Length <= (address.Collection == "configmaps" ? 253 : 63), "metadata.name", "must be a lowercase RFC 1123 label");
        switch (address.Collection)
        {
            case "deployments":
                CheckWorkload(address, name, "Deployment", value["spec"]!, []);
                break;
            case "statefulsets":
                CheckWorkload(address, name, "StatefulSet", value["spec"]!, [.. Items(value["spec"]!["volumeClaimTemplates"]).Select(claim => (string)claim["metadata"]!["name"]!)]);
                foreach (var claim in Items(value["spec"]!["volumeClaimTemplates"]))
                {
                    Require(address, name, Items(claim["spec"]?["accessModes"]).Any(), "spec.volumeClaimTemplates.spec.accessModes", "Required value");
                    Require(address, name, claim["spec"]?["resources"]?["requests"]?["storage"] is not null, "spec.volumeClaimTemplates.spec.resources", "Required value");
                }
                break;
            case "configmaps":
                foreach (var (key, _) in value["data"] as JsonObject ?? [])
                    Require(address, name, ConfigKey().IsMatch(key), $"data[{key}]", "a valid config key must consist of alphanumeric characters, '-', '_' or '.'");
                break;
            default:
                throw new RefusedException(405, "MethodNotAllowed", $"nobody creates {address.Collection} but the cluster");
        }
        foreach (var (label, text) in (value["metadata"]?["labels"] as JsonObject ?? []).Concat(value["spec"]?["template"]?["metadata"]?["labels"] as JsonObject ?? []))
            Require(address, name, LabelKey().IsMatch(label) && LabelValue().IsMatch((string)text!), $"metadata.labels.{label}", "is no valid label");
        foreach (var (annotation, _) in value["metadata"]?["annotations"] as JsonObject ?? [])
            Require(address, name, LabelKey().IsMatch(annotation), $"metadata.annotations.{annotation}", "is no valid name");
    }

    private static void CheckWorkload(ObjectAddress address, string name, string kind, JsonNode specification, IReadOnlyList<string> claims)
    {
        var template = specification["template"];
        var pod = template?["spec"];
        Require(address, name, pod is not null, "spec.template", $"Required value of a {kind}");
        Require(address, name, kind != "StatefulSet" || specification["serviceName"] is not null, "spec.serviceName", "Required value");
        Require(address, name, (int?)specification["replicas"] is null or >= 0, "spec.replicas", "must be greater than or equal to 0");
        var selector = specification["selector"]?["matchLabels"] as JsonObject ?? [];
        Require(address, name, selector.Count > 0 && selector.All(label => (string?)template!["metadata"]?["labels"]?[label.Key] == (string?)label.Value), "spec.template.metadata.labels", "`selector` does not match template `labels`");

        var volumes = Items(pod!["volumes"]).Select(volume => (string)volume["name"]!).Concat(claims).ToList();
        Require(address, name, volumes.Distinct().Count() == volumes.Count, "spec.template.spec.volumes", "Duplicate value");
        foreach (var volume in Items(pod["volumes"]))
            Require(address, name, ((JsonObject)volume).Count == 2, $"spec.template.spec.volumes.{volume["name"]}", "must specify exactly one volume type");
        Require(address, name, Items(pod["containers"]).Any(), "spec.template.spec.containers", "Required value");
        foreach (var container in Items(pod["initContainers"]).Concat(Items(pod["containers"])))
            CheckContainer(address, name, container, volumes);
        foreach (var toleration in Items(pod["tolerations"]))
        {
            Require(address, name, (string?)toleration["operator"] != "Exists" || toleration["value"] is null, "spec.template.spec.tolerations", "value must be empty when `operator` is 'Exists'");
            Require(address, name, toleration["tolerationSeconds"] is null || (string?)toleration["effect"] == "NoExecute", "spec.template.spec.tolerations", "effect must be 'NoExecute' when `tolerationSeconds` is set");
        }
    }

    private static void CheckContainer(ObjectAddress address, string name, JsonNode container, List<string> volumes)
    {
        const string Field = "spec.template.spec.containers";
        Require(address, name, (string?)container["name"] is { Length: > 0 } && (string?)container["image"] is { Length: > 0 }, Field, "name and image are required");
        var mounts = Items(container["volumeMounts"]).ToList();
        foreach (var mount in mounts)
            Require(address, name, volumes.Contains((string)mount["name"]!), Field + ".volumeMounts", $"Not found: {mount["name"]}");
        Require(address, name, mounts.Select(mount => (string)mount["mountPath"]!).Distinct().Count() == mounts.Count, Field + ".volumeMounts.mountPath", "must be unique");
        foreach (var probe in new[] { container["livenessProbe"], container["readinessProbe"] }.OfType<JsonNode>())
            Require(address, name, Items(probe["exec"]?["command"]).Any(), Field + ".probe", "must specify a handler type");
        foreach (var variable in Items(container["env"]))
            Require(address, name, (string?)variable["name"] is { Length: > 0 } text && !text.Contains('=', StringComparison.Ordinal), Field + ".env", "is no valid name");
    }

    private static IEnumerable<JsonNode> Items(JsonNode? list) => list is JsonArray array ? array.OfType<JsonNode>() : [];

    private static void Require(ObjectAddress address, string name, bool holds, string field, string problem)
    {
        if (!holds)
            throw new RefusedException(422, "Invalid", $"{address.Collection} \"{name}\" is invalid: {field}: {problem}");
    }

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9.]*[a-z0-9])?\z")]
    private static partial Regex ObjectName();

    [GeneratedRegex(@"\A[-._a-zA-Z0-9]{1,253}\z")]
    private static partial Regex ConfigKey();

    [GeneratedRegex(@"\A([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\z")]
    private static partial Regex LabelKey();

    [GeneratedRegex(@"\A([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?\z")]
    private static partial Regex LabelValue();
}
