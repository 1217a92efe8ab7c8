using Buildx.Client.Frontends;
using Buildx.Examples.Frontend;

return await FrontendHost.RunAsync(RecipeFrontend.BuildAsync);
