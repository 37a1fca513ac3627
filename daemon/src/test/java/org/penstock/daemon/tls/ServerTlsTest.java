package org.penstock.daemon.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.config.PlainText;
import org.penstock.daemon.config.SecurityConfig;

/** What of certificates and keys refuses a start, and in which words. */
final class ServerTlsTest {
    private static final Clock NOW = Clock.systemUTC();

    @TempDir
    private static Path folder;

    private static TestCertificates site;

    @BeforeAll
    static void makeCertificates() throws Exception {
        site = new TestCertificates(folder);
        site.authority("ca");
        site.signed("daemon", "ca");
        site.signedRsa("rsa", "ca");
    }

    @Test
    void shouldTakeKeysOfBothKinds() throws Exception {
        for (String name : List.of("daemon", "rsa")) {
            ServerTls tls = read(site.certificate(name), site.key(name), NOW);

            assertThat(tls.engine().getEnabledProtocols()).containsExactly("TLSv1.3");
            assertThat(tls.validUntil()).isBetween(in(364), in(366));
            assertThat(tls.asksForCertificates()).isTrue();
        }
    }

    @Test
    void shouldRefuseWhatIsNotThere() {
        assertThatThrownBy(() -> read(folder.resolve("none.crt"), site.key("daemon"), NOW))
                .hasMessageContaining("no such file: file=" + folder.resolve("none.crt"))
                .hasMessageContaining("security.tls_certificate");
        assertThatThrownBy(() -> read(site.certificate("daemon"), folder.resolve("none.key"), NOW))
                .hasMessageContaining("no such file: file=" + folder.resolve("none.key"));
    }

    @Test
    void shouldRefuseAKeyThatIsNotTheCertificates() {
        for (String other : List.of("ca", "rsa")) {
            assertThatThrownBy(() -> read(site.certificate("daemon"), site.key(other), NOW))
                    .hasMessageContaining("key is not that of the certificate: certificate="
                            + site.certificate("daemon") + ", key=" + site.key(other));
        }
    }

    @Test
    void shouldRefuseAKeyThatOthersMayRead() throws Exception {
        Path open = Files.copy(site.key("daemon"), folder.resolve("open.key"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r-----"));

        assertThatThrownBy(() -> read(site.certificate("daemon"), open, NOW))
                .hasMessageContaining("others may read or write it: file=" + open)
                .hasMessageContaining("chmod 600 " + open);
    }

    @Test
    void shouldSayHowToMakeAKeyOfAnotherFormReadable() throws Exception {
        site.openssl(List.of("rsa", "-traditional", "-in", "rsa.key", "-out", "old.key"));
        site.openssl(List.of("pkcs8", "-topk8", "-in", "rsa.key", "-out", "locked.key", "-passout", "pass:secret"));

        assertThatThrownBy(() -> read(site.certificate("rsa"), site.key("old"), NOW))
                .hasMessageContaining("expected=BEGIN PRIVATE KEY, actual=BEGIN RSA PRIVATE KEY")
                .hasMessageContaining("openssl pkcs8 -topk8 -nodes -in " + site.key("old"));
        assertThatThrownBy(() -> read(site.certificate("rsa"), site.key("locked"), NOW))
                .hasMessageContaining("actual=BEGIN ENCRYPTED PRIVATE KEY");
        assertThatThrownBy(() -> read(site.key("rsa"), site.key("rsa"), NOW))
                .hasMessageContaining("no certificate in it: file=" + site.key("rsa"));
    }

    @Test
    void shouldRefuseACertificateOutsideOfItsTimeAndNameTheDate() throws Exception {
        Instant end = read(site.certificate("daemon"), site.key("daemon"), NOW).validUntil();

        assertThatThrownBy(() -> read(site.certificate("daemon"), site.key("daemon"), in(Duration.ofDays(366))))
                .hasMessageContaining("certificate has expired: file=" + site.certificate("daemon"))
                .hasMessageContaining("validUntil=" + end);
        assertThatThrownBy(() -> read(site.certificate("daemon"), site.key("daemon"), in(Duration.ofDays(-2))))
                .hasMessageContaining("certificate is not valid yet");
        // that it ends soon is said, and does not hinder
        assertThat(read(site.certificate("daemon"), site.key("daemon"), in(Duration.ofDays(350))))
                .isNotNull();
    }

    @Test
    void shouldGoOnWithTheOldOneWhenANewOneCannotBeUsed() throws Exception {
        Path certificate = Files.copy(site.certificate("daemon"), folder.resolve("live.crt"));
        Path key = folder.resolve("live.key");
        Files.copy(site.key("daemon"), key);
        ServerTls tls = read(certificate, key, NOW);
        String before = tls.describe();

        Files.writeString(certificate, "not a certificate");
        assertThatThrownBy(tls::reload).hasMessageContaining("no certificate in it");
        assertThat(tls.describe()).isEqualTo(before);

        Files.copy(site.certificate("rsa"), certificate, StandardCopyOption.REPLACE_EXISTING);
        Files.write(key, Files.readAllBytes(site.key("rsa")));
        tls.reload();
        assertThat(tls.describe()).contains("CN=rsa");
    }

    private static Instant in(long days) {
        return Instant.now().plus(Duration.ofDays(days));
    }

    private static Clock in(Duration time) {
        return Clock.offset(NOW, time);
    }

    private static ServerTls read(Path certificate, Path key, Clock clock) throws IOException {
        ServerTls tls = ServerTls.read(
                new SecurityConfig(null, PlainText.LOOPBACK, certificate, key, site.certificate("ca")), clock);
        return Objects.requireNonNull(tls);
    }
}
