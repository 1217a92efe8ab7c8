using Buildx.Fuzz;

FuzzOptions options;
try
{
    options = FuzzOptions.Parse(args);
}
catch (FormatException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
return options.WorkerState is null ? new FuzzSupervisor(options).Run() : new FuzzWorker(options).Run();
