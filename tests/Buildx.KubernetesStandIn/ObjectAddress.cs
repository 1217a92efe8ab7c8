namespace Buildx.KubernetesStandIn;

/// <summary><c>/api/v1/namespaces/N/COLLECTION[/NAME[/SUBRESOURCE]]</c>, or the same below <c>/apis/apps/v1</c>.</summary>
internal sealed record ObjectAddress(string Group, string Namespace, string Collection, string? Name, string? Subresource)
{
    private static readonly Dictionary<string, string> Groups = new()
    {
        ["deployments"] = "apps/v1",
        ["statefulsets"] = "apps/v1",
        ["configmaps"] = "v1",
        ["pods"] = "v1",
        ["events"] = "v1",
        ["persistentvolumeclaims"] = "v1",
    };

    public static ObjectAddress? Parse(string path)
    {
        var parts = path.Trim('/').Split('/');
        if (parts is ["api", "v1", ..])
            parts = ["v1", .. parts[2..]];
        else if (parts is ["apis", "apps", "v1", ..])
            parts = ["apps/v1", .. parts[3..]];
        return parts is [var group, "namespaces", var space, var collection, .. var rest] && Groups.GetValueOrDefault(collection) == group && rest.Length <= 2
            ? new ObjectAddress(group, space, collection, rest.ElementAtOrDefault(0), rest.ElementAtOrDefault(1))
            : null;
    }

    public string Verb(string method) => (method, Name, Subresource) switch
    {
        (_, _, "exec" or "log") => Subresource!,
        ("GET", null, _) => "list",
        ("GET", _, _) => "get",
        ("POST", null, _) => "create",
        ("PUT", not null, _) => "update",
        ("DELETE", not null, _) => "delete",
        _ => method,
    };
}
