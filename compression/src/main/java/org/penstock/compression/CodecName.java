package org.penstock.compression;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Reads a codec's name part by part: {@code blosc:lz4:bitshuffle:1}.
 *
 * <p><b>Threading:</b> confined.
 */
final class CodecName {
    private final String name;
    private final List<String> parts;
    private int next;

    CodecName(String name) {
        this.name = name;
        parts = List.of(name.split(":", -1));
    }

    /** Returns the next part. */
    String part() {
        return parts.get(next++);
    }

    /** Returns the next part as one of the constants, by its name in lower case; the default where the name ends. */
    <E extends Enum<E>> E choice(String what, E byDefault) {
        if (next == parts.size()) {
            return byDefault;
        }
        String part = part();
        E[] constants = byDefault.getDeclaringClass().getEnumConstants();
        return Arrays.stream(constants)
                .filter(constant -> word(constant).equals(part))
                .findFirst()
                .orElseThrow(() -> refused(what, part, "one of " + words(constants)));
    }

    /** Returns the next part as a number; the default where the name ends. */
    int level(int byDefault, int max) {
        if (next == parts.size()) {
            return byDefault;
        }
        String part = part();
        // a plain decimal number, so that a codec has one name only
        if (!part.matches("[1-9]\\d?") || Integer.parseInt(part) > max) {
            throw refused("level", part, "1 to " + max);
        }
        return Integer.parseInt(part);
    }

    /** Requires that the name ends here. */
    void end() {
        if (next < parts.size()) {
            throw refused("part", parts.get(next), "end of the name after " + String.join(":", parts.subList(0, next)));
        }
    }

    /** Refuses the part that was taken last. */
    CodecNameException refused(String what, String part, String expected) {
        return new CodecNameException(
                "unknown codec: codec=" + name + ", " + what + "=" + part + ", expected=" + expected,
                parts.size() == 1 ? expected : expected + " as " + what);
    }

    /** Returns a constant as a part of a name. */
    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static String words(Enum<?>[] constants) {
        return String.join(" ", Arrays.stream(constants).map(CodecName::word).toList());
    }
}
