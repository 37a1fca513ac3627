package org.penstock.daemon.config;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The configuration is refused and the daemon does not start. The message names every problem, one a line, each with its full
 * key path, what was expected and what was found.
 */
public final class ConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Problem[] problems;

    ConfigurationException(String source, List<Problem> problems) {
        super(problems.stream()
                .map(problem -> "\n  " + problem)
                .collect(Collectors.joining(
                        "", "configuration refused: source=" + source + ", problems=" + problems.size(), "")));
        this.problems = problems.toArray(Problem[]::new);
    }

    /** What cannot be run as configured is only found out when it is tried: a directory, a port. */
    public ConfigurationException(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.problems = new Problem[0];
    }

    List<Problem> problems() {
        return List.of(problems);
    }
}
