using Buildx.Llb;

namespace Buildx.Engine.Solving;

internal interface IOperationFactory
{
    /// <returns>An <see cref="IOperation"/> or an <see cref="ISourceOperation"/>.</returns>
    /// <exception cref="NotSupportedException">This engine does not have it; the message names it.</exception>
    object Create(LlbVertex vertex);
}
