namespace Buildx.Registry;

/// <summary>What went wrong with a registry, as far as callers tell cases apart.</summary>
public enum RegistryErrorKind
{
    Other,

    /// <summary>No such tag, manifest, blob or repository.</summary>
    NotFound,

    /// <summary>Credentials are missing or wrong.</summary>
    Unauthorized,

    /// <summary>The credentials are known, their owner may not do this.</summary>
    Denied,

    /// <summary>The registry could not be reached.</summary>
    Connection,

    /// <summary>It answered HTTP where HTTPS was expected.</summary>
    PlainHttp,

    /// <summary>Its certificate is not trusted.</summary>
    Certificate,

    /// <summary>Too many requests.</summary>
    RateLimited,

    /// <summary>It sent something that is not what it should be, e.g. content with another digest.</summary>
    Invalid,
}
