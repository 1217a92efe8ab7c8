using System.Net;

namespace Buildx.Engine.CacheTransfer.Stores.Azure;

/// <summary>Azure Storage's errors: a code in a header, more in a small XML document.</summary>
internal sealed class AzureErrors(AzureOptions options) : IStoreErrors
{
    private const string CodeHeader = "x-ms-error-code";

    public StoreError Read(HttpResponseMessage response, string body)
    {
        var code = response.Headers.TryGetValues(CodeHeader, out var values) ? values.First() : XmlAnswer.Element(body, "Code") ?? "";
        // What follows the first line is of use only to Azure.
        return new StoreError(response.StatusCode, code, XmlAnswer.Element(body, "Message")?.Split('\n')[0].Trim() ?? "");
    }

    public string? Advise(StoreError error) => error.Code switch
    {
        "ContainerNotFound" => $"Make the container {options.Container}, or name another one with container=",
        "KeyBasedAuthenticationNotPermitted" => $"The account {options.Account} does not let its keys be used: allow it, or use another account",
        _ when error.Status == HttpStatusCode.Forbidden => $"Check secret_access_key and account_name ({options.Account}), and whether the account's network rules let this machine in",
        _ => null,
    };
}
