using System.Collections.Immutable;
using System.Text;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Pb;

namespace Buildx.Engine.CacheTransfer.Keys;

/// <summary>
/// BuildKit's cache keys of operations: what a build with Buildx's engine and one with BuildKit must agree on to use each other's
/// caches. They have nothing to do with the keys by which this engine finds its own records.
/// </summary>
internal static partial class OperationKeys
{
    /// <returns>Null for operations whose results are never exchanged.</returns>
    public static OperationKey? Of(LlbVertex vertex)
    {
        var operation = vertex.Operation;
        return operation.OpCase switch
        {
            Op.OpOneofCase.Exec => Of(operation.Exec, operation.Platform, vertex.Inputs.Count),
            Op.OpOneofCase.File => Of(operation.File, vertex.Inputs.Count),
            Op.OpOneofCase.Merge => Whole(
                new GoJson().Object(json => json.Name("Type").Text("buildkit.merge.v0").Name("Merge").Object(merge => Write(merge, operation.Merge))),
                vertex.Inputs.Count),
            Op.OpOneofCase.Diff => Whole(
                new GoJson().Object(json => json.Name("Type").Text("buildkit.diff.v0").Name("Diff").Object(diff => Write(diff, operation.Diff))),
                vertex.Inputs.Count),
            _ => null,
        };
    }

    /// <summary>The key of something that a source names, e.g. an image's digest.</summary>
    public static Digest OfSource(string key) => Hash("buildkit.source.v0:" + key);

    /// <summary>The record of one of an operation's outputs, which others link to.</summary>
    public static Digest OfOutput(Digest operation, int output) => Hash($"{operation}@{output}");

    /// <summary>The record that stands for content, wherever it came from.</summary>
    public static Digest OfContent(Digest content) => Hash($"{content}@-1");

    private static OperationKey Whole(GoJson json, int inputs) => new(Hash(json.ToString()), [.. Enumerable.Repeat(InputKey.Whole, inputs)]);

    private static void Write(GoJson json, MergeOp merge) =>
        json.Field("inputs", merge.Inputs, (item, input) => item.Object(fields => fields.Field("input", input.Input)));

    private static void Write(GoJson json, DiffOp diff) => json
        .Field("lower", diff.Lower, (fields, input) => fields.Field("input", input.Input))
        .Field("upper", diff.Upper, (fields, input) => fields.Field("input", input.Input));

    private static Digest Hash(string text) => Digest.Sha256(Encoding.UTF8.GetBytes(text));
}
