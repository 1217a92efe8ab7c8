namespace Buildx.Engine.Storage;

/// <summary>What BuildKit's API and filters call the types of records.</summary>
internal static class RecordTypeNames
{
    public static string ToName(this RecordType type) => type switch
    {
        RecordType.Regular => "regular",
        RecordType.Internal => "internal",
        RecordType.Frontend => "frontend",
        RecordType.LocalSource => "source.local",
        RecordType.GitCheckout => "source.git.checkout",
        RecordType.CacheMount => "exec.cachemount",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };
}
