using System.Globalization;
using System.Text;

namespace Buildx.Llb;

/// <summary>Names and encodings of the attributes of source operations.</summary>
public static class SourceAttributes
{
    public const string GitKeepDirectory = "git.keepgitdir";
    public const string GitFullUrl = "git.fullurl";
    public const string GitAuthHeaderSecret = "git.authheadersecret";
    public const string GitAuthTokenSecret = "git.authtokensecret";
    public const string GitKnownSshHosts = "git.knownsshhosts";
    public const string GitMountSshSocket = "git.mountsshsock";
    public const string GitChecksum = "git.checksum";
    public const string GitSkipSubmodules = "git.skipsubmodules";
    public const string GitModificationTime = "git.mtime";
    public const string GitFetchByCommit = "git.fetchbycommit";
    public const string LocalSession = "local.session";
    public const string LocalUnique = "local.unique";
    public const string LocalIncludePatterns = "local.includepattern";
    public const string LocalFollowPaths = "local.followpaths";
    public const string LocalExcludePatterns = "local.excludepatterns";
    public const string LocalSharedKeyHint = "local.sharedkeyhint";
    public const string LocalDiffer = "local.differ";
    public const string LocalMetadataTransfer = "local.metadatatransfer";
    public const string LocalMetadataTransferExclude = "local.metadatatransferexclude";
    public const string HttpChecksum = "http.checksum";
    public const string HttpFileName = "http.filename";
    public const string HttpPermissions = "http.perm";
    public const string HttpUser = "http.uid";
    public const string HttpGroup = "http.gid";
    public const string HttpAuthHeaderSecret = "http.authheadersecret";
    public const string ImageResolveMode = "image.resolvemode";
    public const string ImageRecordType = "image.recordtype";
    public const string ImageLayerLimit = "image.layerlimit";
    public const string ImageChecksum = "image.checksum";
    public const string OciLayoutSession = "oci.session";
    public const string OciLayoutStore = "oci.store";
    public const string OciLayoutLayerLimit = "oci.layerlimit";

    /// <summary>A JSON list of strings, escaped as BuildKit's own clients do, so that equal lists have equal digests.</summary>
    public static string WriteList(IEnumerable<string> values)
    {
        var json = new StringBuilder("[");
        foreach (var value in values)
        {
            if (json.Length > 1)
                json.Append(',');
            json.Append('"');
            foreach (var c in value)
            {
                _ = c switch
                {
                    '"' or '\\' => json.Append('\\').Append(c),
                    '\n' => json.Append("\\n"),
                    '\r' => json.Append("\\r"),
                    '\t' => json.Append("\\t"),
                    '\b' => json.Append("\\b"),
                    '\f' => json.Append("\\f"),
                    < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029' => json.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                    _ => json.Append(c),
                };
            }
            json.Append('"');
        }
        return json.Append(']').ToString();
    }
}
