using Buildx.Engine.Storage;

namespace Buildx.Engine.Server.Services;

/// <summary>Record types by the names that BuildKit's API and filters use.</summary>
internal static class RecordTypeNames
{
    public static string Of(RecordType type) => type switch
    {
        RecordType.Internal => "internal",
        RecordType.Frontend => "frontend",
        RecordType.LocalSource => "source.local",
        RecordType.GitCheckout => "source.git.checkout",
        RecordType.CacheMount => "exec.cachemount",
        _ => "regular",
    };
}
