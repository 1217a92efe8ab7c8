using Buildx.Llb;

namespace Buildx.Dockerfile;

/// <summary>
/// A file system that is known, but not built yet: what the build context must hold is clear only when all stages have been read.
/// </summary>
internal sealed class PendingOutput(Func<LlbOutput?> build)
{
    private LlbOutput? _value;
    private bool _built;

    public static PendingOutput Empty { get; } = new(() => null);

    public LlbOutput? Value
    {
        get
        {
            if (!_built)
                (_value, _built) = (build(), true);
            return _value;
        }
    }
}
