using Buildx.Protocol.ApiCaps;

namespace Buildx.Engine.Frontends.Gateway;

/// <summary>What clients may rely on (BuildKit's <c>frontend/gateway/pb/caps.go</c> and <c>solver/pb/caps.go</c>): what works, and nothing else.</summary>
internal static class Capabilities
{
    public static IEnumerable<APICap> Frontend => Enabled(
        "solve.base", "solve.inlinereturn", "resolveimage", "resolveimage.resolvemode", "readfile", "return", "returnmap", "readdir", "statfile",
        "proto.refarray", "reference.output", "frontend.inputs", "gateway.solve.metadata", "frontend.caps", "gateway.solve.evaluate",
        "gateway.evaluate", "gateway.warnings", "source.metaresolver", "gateway.exec", "gateway.exec.extrahosts", "gateway.exec.secretenv",
        "gateway.exec.signals", "gateway.exec.filesystem");

    public static IEnumerable<APICap> Llb => Enabled(
        "source.image", "source.image.resolvemode", "source.image.layerlimit", "source.image.checksum", "source.local", "source.local.unique",
        "source.local.sessionid", "source.local.includepatterns", "source.local.followpaths", "source.local.excludepatterns",
        "source.local.sharedkeyhint", "source.local.differ", "source.git", "source.git.keepgitdir", "source.git.fullurl", "source.git.httpauth",
        "source.git.knownsshhosts", "source.git.mountsshsock", "source.git.subdir", "source.git.checksum", "source.git.skipsubmodules",
        "source.git.mtime", "source.git.fetchbycommit", "source.ocilayout", "source.imageblob", "source.http", "source.http.auth", "source.http.checksum", "source.http.perm",
        "soruce.http.uidgid", "source.http.header", "exec.meta.base", "exec.meta.network", "exec.meta.proxyenv", "exec.meta.security",
        "exec.meta.setsdefaultpath", "exec.meta.ulimit", "exec.meta.cgroup.parent", "exec.meta.linux.resources",
        "exec.meta.removemountstubs.recursive", "exec.mount.bind",
        "exec.mount.bind.readwrite-nooutput", "exec.mount.cache", "exec.mount.cache.sharing", "exec.mount.selector", "exec.mount.tmpfs",
        "exec.mount.tmpfs.size", "exec.mount.secret", "exec.mount.ssh", "exec.secretenv", "exec.validexitcode", "exec.mount.cache.content", "file.base",
        "file.rm.wildcard", "file.copy.includeexcludepatterns", "file.copy.requiredpaths", "file.rm.nofollowsymlink",
        "file.copy.alwaysreplaceexistingdestpaths", "file.copy.modestring", "file.symlink.create", "constraints", "platform", "meta.ignorecache",
        "meta.description", "meta.exportcache", "mergeop", "diffop", "passthroughop", "source.buildop.llbfilename", "exporter.image.annotations", "exporter.image.attestations", "exporter.sourcedateepoch", "exporter.multiple",
        "gc.freespacefilter", "source.policy.session");

    private static IEnumerable<APICap> Enabled(params IEnumerable<string> ids) => ids.Select(id => new APICap { ID = id, Enabled = true });
}
