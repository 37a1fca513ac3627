package org.penstock.daemon.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenFileTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef0123456789A";
    private static final String OTHER = "0123456789abcdef0123456789abcdef0123456789B";

    @TempDir
    private Path folder;

    @Test
    void shouldGiveTheHolderOfATokenItsRolesAlone() throws IOException {
        Access access =
                read("rw-------", "# who\n\nbliss read,operate " + SECRET + "\neiger ingest:eiger,ingest:mca " + OTHER);

        Caller bliss = access.caller(SECRET);
        assertThat(bliss.name()).isEqualTo("bliss");
        assertThat(bliss.may(Role.OPERATE)).isTrue();
        assertThat(bliss.may(Role.ADMIN)).isFalse();
        assertThat(bliss.mayIngest("eiger")).isFalse();
        Caller eiger = access.caller(OTHER);
        assertThat(eiger.mayIngest("eiger")).isTrue();
        assertThat(eiger.mayIngest("mca")).isTrue();
        assertThat(eiger.mayIngest("eiger2")).isFalse();
        assertThat(eiger.may(Role.READ)).isFalse();
        assertThat(eiger.may(Role.ANYONE)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "admin, true, true, true",
        "operate, true, true, false",
        "read, true, false, false",
        "ingest, false, false, true",
    })
    void shouldKnowWhatARoleIncludes(String role, boolean mayRead, boolean mayOperate, boolean mayIngest)
            throws IOException {
        Caller caller = read("r--------", "a " + role + " " + SECRET).caller(SECRET);

        assertThat(caller.may(Role.READ)).isEqualTo(mayRead);
        assertThat(caller.may(Role.OPERATE)).isEqualTo(mayOperate);
        assertThat(caller.mayIngest("any")).isEqualTo(mayIngest);
    }

    @Test
    void shouldRefuseWhoHasNoTokenOrAnUnknownOne() throws IOException {
        Access access = read("rw-------", "a admin " + SECRET);

        for (String presented : new String[] {null, "", OTHER, SECRET + "x", SECRET.substring(1)}) {
            assertThatThrownBy(() -> access.caller(presented))
                    .isInstanceOf(AccessException.class)
                    .matches(e -> ((AccessException) e).isUnknown())
                    .hasMessageNotContaining("0123456789");
        }
        assertThat(Access.open().caller(null).may(Role.ADMIN)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----"})
    void shouldRefuseAFileThatOthersMayRead(String mode) {
        assertThatThrownBy(() -> read(mode, "a admin " + SECRET))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chmod 600 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "# nothing",
                "a admin",
                "a admin short",
                "a root 0123456789abcdef0123456789abcdef0123456789A",
                "a anyone 0123456789abcdef0123456789abcdef0123456789A",
                "../a admin 0123456789abcdef0123456789abcdef0123456789A",
                "a admin 0123456789abcdef0123456789abcdef0123456789A\na read 0123456789abcdef0123456789abcdef0123456789B",
            })
    void shouldRefuseAFileWithAWrongLineAndTellNoToken(String text) {
        assertThatThrownBy(() -> read("rw-------", text))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("file=")
                .hasMessageNotContaining("0123456789");
    }

    @Test
    void shouldSayThatAFileOfOneTokenIsAClients() {
        assertThatThrownBy(() -> read("rw-------", SECRET + "\n"))
                .hasMessageContaining(
                        "line=1, expected=NAME ROLES TOKEN, actual=1 words; a file with the token alone is a client's")
                .hasMessageNotContaining(SECRET);
    }

    private Access read(String mode, String text) throws IOException {
        Path file = folder.resolve("tokens");
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        return TokenFile.read(file);
    }
}
