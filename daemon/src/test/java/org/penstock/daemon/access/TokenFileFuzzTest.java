package org.penstock.daemon.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Any bytes as the file of tokens: taken, or refused without a word of what may be a token; whoever is known by it has a role. */
final class TokenFileFuzzTest {
    private static final int TOKEN_CHARS = 43;
    private static final Path FILE = file();

    private static Path file() {
        try {
            Path file = Files.createTempFile("penstock-fuzz", ".tokens"); // 0600
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @FuzzTest(maxDuration = "10s")
    void read(byte[] lines) throws IOException {
        Files.write(FILE, lines);
        String[] words = new String(lines, StandardCharsets.UTF_8).split("\\s+");
        try {
            Access access = TokenFile.read(FILE);
            assertThat(access.asksForTokens()).isTrue();
            for (String word : words) {
                expectRole(access, word);
            }
        } catch (IOException e) {
            assertThat(Arrays.stream(words).filter(word -> word.length() >= TOKEN_CHARS))
                    .noneMatch(word -> String.valueOf(e.getMessage()).contains(word));
        }
    }

    private static void expectRole(Access access, String word) {
        try {
            Caller caller = access.caller(word);
            assertThat(caller.name()).isNotEmpty();
        } catch (AccessException _) {
            // no token
        }
    }
}
