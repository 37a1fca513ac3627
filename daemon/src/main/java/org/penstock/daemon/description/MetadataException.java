package org.penstock.daemon.description;

import java.util.List;
import java.util.stream.Collectors;

/** A description is refused. The message names every problem, one a line; nothing was changed by it. */
public final class MetadataException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<MetadataProblem> problems;

    MetadataException(List<MetadataProblem> problems) {
        super(problems.stream()
                .map(problem -> "\n  " + problem)
                .collect(Collectors.joining("", "scan description refused: problems=" + problems.size(), "")));
        this.problems = List.copyOf(problems);
    }

    /** Returns what is wrong, in the order of the description; at least one, and at most {@value Problems#MOST}. */
    public List<MetadataProblem> problems() {
        return problems;
    }
}
