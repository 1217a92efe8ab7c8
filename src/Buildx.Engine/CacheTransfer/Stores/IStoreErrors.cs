namespace Buildx.Engine.CacheTransfer.Stores;

/// <summary>How one kind of store tells of errors.</summary>
internal interface IStoreErrors
{
    StoreError Read(HttpResponseMessage response, string body);

    /// <summary>What the user can do; null where nobody knows.</summary>
    string? Advise(StoreError error);
}
