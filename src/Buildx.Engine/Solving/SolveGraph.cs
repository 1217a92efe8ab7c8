using Buildx.Protocol.Pb;

namespace Buildx.Engine.Solving;

/// <summary>Makes what a graph describes that was found while another one was built, in the name of the same build.</summary>
internal delegate Task<OutputTree?> SolveGraph(Definition definition, BuildContext build, CancellationToken cancellationToken);
