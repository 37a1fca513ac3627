package org.penstock.daemon.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.config.PlainText;
import org.penstock.daemon.config.SecurityConfig;
import org.penstock.daemon.tls.TestCertificates;

final class CertificateCheckTest {
    @TempDir
    private Path folder;

    @Test
    void shouldTellHowLongTheCertificateLasts() throws Exception {
        TestCertificates site = new TestCertificates(folder);
        site.authority("ca");
        site.signed("daemon", "ca");

        assertThat(inDays(site, 0)).isEqualTo(Finding.Grade.GOOD);
        assertThat(inDays(site, 340)).isEqualTo(Finding.Grade.COSTLY);
        assertThat(inDays(site, 366)).isEqualTo(Finding.Grade.WRONG);
    }

    private static Finding.Grade inDays(TestCertificates site, long days) {
        SecurityConfig config =
                new SecurityConfig(null, PlainText.LOOPBACK, site.certificate("daemon"), site.key("daemon"), null);
        return new CertificateCheck(config, Clock.offset(Clock.systemUTC(), Duration.ofDays(days)))
                .look()
                .grade();
    }
}
