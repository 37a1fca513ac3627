package org.penstock.daemon.access;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads the file of tokens: a line each, {@code NAME ROLES TOKEN}; ROLES are {@code read}, {@code ingest}, {@code ingest:DETECTOR}, {@code operate} and
 * {@code admin}, with commas between them. What begins with {@code #} is a comment.
 *
 * <p><b>Threading:</b> confined to its caller.
 */
public final class TokenFile {
    /** 256 bits in base64. */
    private static final int LEAST_CHARS = 43;

    private static final int MOST_CHARS = 512;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private final Path file;
    private final List<Token> tokens = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    private TokenFile(Path file) {
        this.file = file;
    }

    /**
     * Reads a file that only the daemon's account, or root, may read.
     *
     * @throws IOException when it cannot be read, others may read it, or a line is wrong; never with a token in it
     */
    public static Access read(Path file) throws IOException {
        TokenFile reader = new TokenFile(file);
        PrivateFile.expect(file);
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            String text = line.strip();
            if (!text.isEmpty() && !text.startsWith("#")) {
                reader.line(number, text.split("\\s+", -1));
            }
        }
        if (reader.tokens.isEmpty()) {
            throw new IOException("no token in it: file=" + file);
        }
        return Access.of(reader.tokens);
    }

    private void line(int number, String[] parts) throws IOException {
        if (parts.length != 3) {
            throw problem(
                    number,
                    "NAME ROLES TOKEN, actual=" + parts.length + " words"
                            + (parts.length == 1
                                    ? "; a file with the token alone is a client's, ./penstock token makes lines for this one"
                                    : ""));
        }
        if (!NAME.matcher(parts[0]).matches() || !names.add(parts[0])) {
            throw problem(number, "a name of letters, digits, . _ - that no other line has");
        }
        String secret = parts[2];
        if (secret.length() < LEAST_CHARS || secret.length() > MOST_CHARS) {
            throw problem(
                    number,
                    "a token of " + LEAST_CHARS + " to " + MOST_CHARS + " characters, " + secret.length()
                            + " characters; ./penstock token makes one");
        }
        Set<Role> roles = EnumSet.noneOf(Role.class);
        Set<String> detectors = new HashSet<>();
        boolean isForAll = false;
        for (String role : parts[1].split(",", -1)) {
            if (role.startsWith("ingest:")) {
                roles.add(Role.INGEST);
                detectors.add(role.substring("ingest:".length()));
            } else {
                Role plain = role(number, role);
                isForAll |= plain == Role.INGEST || plain == Role.ADMIN;
                roles.add(plain);
            }
        }
        tokens.add(Token.of(parts[0], secret, roles, isForAll ? Set.of() : detectors));
    }

    private Role role(int number, String text) throws IOException {
        for (Role role : Role.values()) {
            if (role != Role.ANYONE && role.wireName().equals(text)) {
                return role;
            }
        }
        throw problem(number, "read, ingest, ingest:DETECTOR, operate or admin, not " + shown(text));
    }

    /** Words that were swapped may put a token here, and this goes into the log. */
    private static String shown(String word) {
        return word.length() < LEAST_CHARS && word.chars().allMatch(c -> c > ' ' && c < 0x7f)
                ? word
                : "a word of " + word.length() + " characters";
    }

    private IOException problem(int number, String expected) {
        return new IOException("token file refused: file=" + file + ", line=" + number + ", expected=" + expected);
    }
}
