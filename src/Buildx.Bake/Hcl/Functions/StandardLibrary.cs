namespace Buildx.Bake.Hcl.Functions;

/// <summary>The functions that every bake file can call.</summary>
public static class StandardLibrary
{
    /// <summary>By name.</summary>
    public static IReadOnlyList<HclFunction> Functions { get; } =
    [
        .. ((HclFunction[])
        [
            .. LogicFunctions.All, .. NumberFunctions.All, .. TextFunctions.All, .. PathFunctions.All, .. CollectionFunctions.All, .. SequenceFunctions.All,
            .. MappingFunctions.All, .. SetFunctions.All, .. FormatFunctions.All, .. RegexFunctions.All, .. EncodingFunctions.All, .. CryptoFunctions.All,
            .. NetworkFunctions.All, .. TimeFunctions.All, .. VersionFunctions.All, .. ExpressionFunctions.All,
        ]).OrderBy(function => function.Name, StringComparer.Ordinal),
    ];

    public static void AddTo(EvaluationScope scope)
    {
        foreach (var function in Functions)
            scope.Set(function);
    }
}
