namespace Buildx.Drivers;

public static class DriverExtensions
{
    /// <inheritdoc cref="IDriver.StartAsync"/>
    public static Task StartAsync(this IDriver driver, CancellationToken cancellationToken) => driver.StartAsync(null, cancellationToken);
}
