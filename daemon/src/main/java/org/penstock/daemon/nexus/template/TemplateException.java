package org.penstock.daemon.nexus.template;

import java.util.List;
import java.util.stream.Collectors;

/** A template cannot be used. The message names the file and every problem, each with its line. */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TemplateException(String source, List<String> problems) {
        super(problems.stream()
                .map(problem -> "\n  " + problem)
                .collect(Collectors.joining(
                        "", "scan template refused: source=" + source + ", problems=" + problems.size(), "")));
    }

    TemplateException(String message, Throwable cause) {
        super(message, cause);
    }
}
