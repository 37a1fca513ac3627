package org.penstock.daemon.process;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands that start this Java again, with the options and the class path of this process.
 *
 * <p><b>Threading:</b> any.
 */
public final class JavaCommand {
    /** Options that a debugger or another tool came with: two processes would want the same port or file. */
    private static final List<String> FOR_ONE_PROCESS = List.of("-agentlib", "-agentpath", "-javaagent", "-Dcom.sun");

    private JavaCommand() {}

    /**
     * Returns a command.
     *
     * @param more options that override those of this process
     */
    public static List<String> of(List<String> more, String mainClass, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options());
        command.addAll(more);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        command.addAll(arguments);
        return command;
    }

    /** Returns the options of this process that another one may have as well. */
    public static List<String> options() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> FOR_ONE_PROCESS.stream().noneMatch(option::startsWith))
                .toList();
    }
}
