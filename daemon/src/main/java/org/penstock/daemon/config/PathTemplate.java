package org.penstock.daemon.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The folder of a dataset below the data directory: literal parts and names in braces, separated by {@code /}.
 *
 * <p>A template can not leave the data directory: it is relative, has no {@code .} or {@code ..}, and has at least two parts,
 * because sample and proposal masters lie one and two folders above the dataset. It names the dataset in its last part, so
 * that two datasets never share a folder.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param text as in the configuration
 */
public record PathTemplate(String text) {

    /** What a template may name, in braces and lower case. */
    public enum Field {
        PROPOSAL,
        BEAMLINE,
        SESSION,
        SAMPLE,
        DATASET;

        private String token() {
            return "{" + name().toLowerCase(Locale.ROOT) + "}";
        }
    }

    static final String FORM = "a relative path of at least two parts of letters, digits, . _ - and of"
            + " {proposal} {beamline} {session} {sample} {dataset}, {dataset} in the last part";

    private static final Pattern TOKEN = Pattern.compile("\\{([^{}]*)}");
    private static final Pattern PART = Pattern.compile("(?!\\.)[A-Za-z0-9._-]+");

    /** @throws IllegalArgumentException when the text is no template; the message says what is expected */
    public PathTemplate {
        String[] parts = text.split("/", -1);
        boolean literal = Arrays.stream(parts)
                .allMatch(part -> PART.matcher(withoutTokens(part)).matches());
        if (parts.length < 2 || !literal || !parts[parts.length - 1].contains(Field.DATASET.token())) {
            throw new IllegalArgumentException(FORM + unknownNames(text));
        }
    }

    /**
     * Returns the folder with every name replaced by its value, relative to the data directory.
     *
     * @param values answers each named field; its answers must be checked names, they are not looked at here
     */
    public String resolve(Function<Field, String> values) {
        return TOKEN.matcher(text)
                .replaceAll(match -> Matcher.quoteReplacement(
                        values.apply(Field.valueOf(match.group(1).toUpperCase(Locale.ROOT)))));
    }

    @Override
    public String toString() {
        return text;
    }

    private static String withoutTokens(String part) {
        String rest = part;
        for (Field field : Field.values()) {
            rest = rest.replace(field.token(), "x");
        }
        return rest;
    }

    private static String unknownNames(String text) {
        List<String> unknown = new ArrayList<>();
        for (Matcher matcher = TOKEN.matcher(text); matcher.find(); ) {
            if (Arrays.stream(Field.values()).noneMatch(field -> field.token().equals(matcher.group()))) {
                unknown.add(matcher.group());
            }
        }
        return unknown.isEmpty() ? "" : " (unknown: " + String.join(" ", unknown) + ")";
    }
}
