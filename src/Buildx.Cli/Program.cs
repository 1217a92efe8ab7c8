return await Buildx.Cli.Executable.RunAsync(args);
