using Buildx.Protocol.Pb;

namespace Buildx.Engine.CacheTransfer.Keys;

internal static partial class OperationKeys
{
    /// <summary>A whole operation without its inputs, as statements about builds show it.</summary>
    public static string ToJson(Op operation) => new GoJson().Object(json =>
    {
        json.Name("Op").Object(kind => kind
            .Field("exec", operation.Exec, Write)
            .Field("source", operation.Source, (fields, source) => fields
                .Field("identifier", source.Identifier)
                .Field("attrs", new SortedDictionary<string, string>(source.Attrs.Where(IsLasting).ToDictionary(), StringComparer.Ordinal)))
            .Field("file", operation.File, (fields, file) => fields.Field("actions", file.Actions, (item, action) => item.Object(parts => WriteAction(parts, action))))
            .Field("merge", operation.Merge, Write)
            .Field("diff", operation.Diff, Write));
        json.Field("platform", operation.Platform, (fields, platform) => fields
            .Field("Architecture", platform.Architecture).Field("OS", platform.OS).Field("Variant", platform.Variant)
            .Field("OSVersion", platform.OSVersion).Field("OSFeatures", platform.OSFeatures));
        json.Field("constraints", operation.Constraints, (fields, constraints) => fields.Field("filter", constraints.Filter));
    }).ToString();

    // Which session a directory came through is no part of what was built.
    private static bool IsLasting(KeyValuePair<string, string> attribute) => attribute.Key is not ("local.session" or "local.unique");

    private static void WriteAction(GoJson json, FileAction action) => json
        .Name("input").Number(action.Input)
        .Name("secondaryInput").Number(action.SecondaryInput)
        .Name("output").Number(action.Output)
        .Name("Action").Object(kind => kind.Name(action.ActionCase.ToString().ToLowerInvariant()).Object(fields => Write(fields, action, [])));
}
