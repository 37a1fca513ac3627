package org.penstock.daemon.cli;

import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.penstock.daemon.config.ConfigurationException;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The one entry point: {@code ./penstock COMMAND}. */
@Command(
        name = "penstock",
        mixinStandardHelpOptions = true,
        versionProvider = PenstockVersion.class,
        description = "Takes detector frames over TCP and writes them, compressed, into NeXus scans.",
        footer = {
            "",
            "Begin with @|bold ./penstock demo|@: a daemon, four detectors, a scan to look at.",
        })
@StandardOutput
public final class Penstock {
    /** What a refused configuration ends with; the unit file does not restart on it. */
    private static final int CONFIGURATION_REFUSED = 78;

    private static final List<Class<?>> COMMANDS = List.of(
            ServeCommand.class,
            DoctorCommand.class,
            ConfigCommand.class,
            SendCommand.class,
            StatusCommand.class,
            SizeCommand.class,
            ScanCommand.class,
            TokenCommand.class,
            DemoCommand.class,
            VerifyCommand.class,
            RecoverCommand.class,
            RelinkCommand.class,
            RebuildCommand.class);

    private Penstock() {}

    /** Runs a command and exits with its code. */
    public static void main(String[] arguments) {
        System.exit(commandLine(arguments).execute(arguments));
    }

    /** Returns all commands, or the one that the arguments begin with: to read the options of all takes a third of a second. */
    static CommandLine commandLine(String... arguments) {
        CommandLine line = new CommandLine(new Penstock());
        Optional<Class<?>> called = COMMANDS.stream()
                .filter(command -> isCalled(command, arguments))
                .findFirst();
        if (called.isPresent()) {
            line.addSubcommand(called.get());
        } else {
            COMMANDS.forEach(line::addSubcommand);
            ServiceLoader.load(CommandProvider.class).forEach(line::addSubcommand);
        }
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler((problem, _) -> {
            CommandLine command = problem.getCommandLine();
            String name = command.getCommandSpec().qualifiedName();
            command.getErr()
                    .println(command.getCommandName() + ": " + problem.getMessage() + "; see ./" + name + " --help");
            return command.getCommandSpec().exitCodeOnInvalidInput();
        });
        line.setExecutionExceptionHandler((problem, command, _) -> {
            command.getErr().println(command.getCommandName() + ": " + problem.getMessage());
            if (!(problem instanceof CommandFailure || problem instanceof ConfigurationException)) {
                // not before: a command may choose the log's level first
                LoggerFactory.getLogger(Penstock.class).error("command failed: {}", command.getCommandName(), problem);
            }
            return problem instanceof ConfigurationException ? CONFIGURATION_REFUSED : 1;
        });
        return line;
    }

    private static boolean isCalled(Class<?> command, String... arguments) {
        Command said = command.getAnnotation(Command.class);
        return said != null && arguments.length > 0 && said.name().equals(arguments[0]);
    }
}
