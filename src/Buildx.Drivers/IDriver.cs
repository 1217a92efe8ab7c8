using Buildx.Client;
using Buildx.Drivers.Store;

namespace Buildx.Drivers;

/// <summary>Gets one node of a builder to answer, and ends it.</summary>
public interface IDriver
{
    /// <summary>The driver's name, as stored in <see cref="BuilderRecord.Driver"/>.</summary>
    string Name { get; }

    /// <summary>Where the node is, for people.</summary>
    string Endpoint { get; }

    /// <summary>How the node's engine is reached while it runs.</summary>
    BuildkitConnector Connector { get; }

    /// <summary>Whether what is built goes to the Docker Engine when nobody says where.</summary>
    bool LoadsByDefault { get; }

    /// <summary>The driver for what is built from one directory: where a node is several engines, such builds go to the same one.</summary>
    IDriver For(string contextPath) => this;

    /// <summary>The engines that the node is, where it may be several, and while they run.</summary>
    /// <exception cref="DriverException">Whoever runs them cannot be asked.</exception>
    Task<IReadOnlyList<DriverInstance>> FindInstancesAsync(CancellationToken cancellationToken = default) => Task.FromResult<IReadOnlyList<DriverInstance>>([]);

    /// <summary>Looks, without starting anything.</summary>
    /// <exception cref="DriverException">Whoever runs the engine cannot be asked.</exception>
    Task<DriverStatus> GetStatusAsync(CancellationToken cancellationToken = default);

    /// <summary>Starts the engine if it isn't running. When this returns, <see cref="Connector"/> finds it.</summary>
    /// <param name="report">Told what takes long.</param>
    /// <exception cref="DriverException">The engine can't be started; the message has the end of its log.</exception>
    Task StartAsync(Action<string>? report = null, CancellationToken cancellationToken = default);

    /// <summary>Ends the engine and waits until it is gone. Nothing happens if it isn't running.</summary>
    Task StopAsync(CancellationToken cancellationToken = default);

    /// <summary>Ends the engine and removes what it left.</summary>
    /// <param name="keepState">Keep the build cache for a builder of the same name.</param>
    Task RemoveAsync(bool keepState, CancellationToken cancellationToken = default);
}
