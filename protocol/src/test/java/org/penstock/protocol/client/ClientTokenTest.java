package org.penstock.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ClientTokenTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef0123456789A";

    @TempDir
    private Path folder;

    @Test
    void shouldReadTheTokenThatIsAloneInAFile() throws IOException {
        assertThat(ClientToken.readFrom(Files.writeString(folder.resolve("token"), SECRET + "\n")))
                .isEqualTo(SECRET);
        assertThatThrownBy(() -> ClientToken.readFrom(folder.resolve("nowhere")))
                .isInstanceOf(NoSuchFileException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "eiger ingest:eiger " + SECRET + "\n", SECRET + "\n" + SECRET + "\n"})
    void shouldRefuseTheDaemonsFileAndTellNoToken(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("tokens"), text);

        assertThatThrownBy(() -> ClientToken.readFrom(file))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("not a client's token file: expected=the token alone, actual=")
                .hasMessageContaining("NAME ROLES TOKEN")
                .hasMessageContaining(file.toString())
                .hasMessageNotContaining(SECRET);
    }
}
