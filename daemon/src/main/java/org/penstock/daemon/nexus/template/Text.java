package org.penstock.daemon.nexus.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A text of a template, with variables in braces.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param pieces texts and {@link Variable}s in turn
 */
public record Text(List<Object> pieces) {
    private static final Pattern BRACES = Pattern.compile("\\{([^{}]*)}");

    public Text {
        pieces = List.copyOf(pieces);
    }

    /**
     * Reads a text.
     *
     * @throws IllegalArgumentException naming a variable that is none
     */
    static Text of(String text) {
        List<Object> pieces = new ArrayList<>();
        Matcher matcher = BRACES.matcher(text);
        int end = 0;
        while (matcher.find()) {
            if (matcher.start() > end) {
                pieces.add(text.substring(end, matcher.start()));
            }
            pieces.add(variable(matcher.group(1)));
            end = matcher.end();
        }
        if (end < text.length() || pieces.isEmpty()) {
            pieces.add(text.substring(end));
        }
        return new Text(pieces);
    }

    private static Variable variable(String name) {
        for (Variable variable : Variable.values()) {
            if (variable.text().equals(name)) {
                return variable;
            }
        }
        List<String> known =
                List.of(Variable.values()).stream().map(Variable::text).toList();
        throw new IllegalArgumentException(
                "unknown variable: actual={" + name.toLowerCase(Locale.ROOT) + "}, expected=one of " + known);
    }

    /** Returns whether it is the same for all scans. */
    boolean isFixed() {
        return pieces.stream().noneMatch(Variable.class::isInstance);
    }

    /**
     * Returns the text, or what its only variable is.
     *
     * @param values of variables, null for those that are not known
     * @return null when it names a variable that is not known
     */
    public @Nullable Object resolve(Function<Variable, @Nullable Object> values) {
        StringBuilder text = new StringBuilder();
        for (Object piece : pieces) {
            Object value = piece instanceof Variable variable ? values.apply(variable) : piece;
            if (value == null || pieces.size() == 1) {
                return value;
            }
            text.append(value);
        }
        return text.toString();
    }
}
