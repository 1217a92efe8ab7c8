using Buildx.Engine.Exporting.Images;
using Buildx.Oci;

namespace Buildx.Engine.Exporting;

/// <summary>What an image exporter answers the client with.</summary>
internal static class ExportResponse
{
    public static Dictionary<string, string> For(AssembledImage image, Descriptor descriptor, IReadOnlyCollection<string> names)
    {
        var response = new Dictionary<string, string>
        {
            ["containerimage.digest"] = descriptor.Digest.Value,
            ["containerimage.descriptor"] = Convert.ToBase64String(OciJson.Serialize(descriptor)),
        };
        if (image.Index is null)
            response["containerimage.config.digest"] = image.Manifests[0].Config.Digest.Value;
        if (names.Count > 0)
            response["image.name"] = string.Join(',', names);
        return response;
    }
}
