package org.penstock.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class ReloadTest {
    private static final DaemonConfig OLD = ConfigReader.read(
            "network: {port: 9800}\nscan: {beamline: id13}\nmemory: {slab_bytes: 64 MiB, stream_bytes: 64 MiB}\n");

    @Test
    void shouldTakeWhatMayChangeAndNameWhatMayNot() {
        DaemonConfig read = ConfigReader.read("""
                network: {port: 9801, max_connections: 40}
                http: {max_connections: 40}
                scan: {beamline: id22, proposal: hc1234}
                limits: {streams: 8}
                compression: {codec: lz4}
                memory: {slab_bytes: 64 MiB, stream_bytes: 32 MiB}
                """);

        Reload reload = OLD.reload(read);

        assertThat(reload.changed())
                .containsExactlyInAnyOrder(
                        "network.max_connections=40",
                        "network.max_connections_per_peer=30",
                        "scan.beamline=id22",
                        "scan.proposal=hc1234",
                        "limits.streams=8",
                        "compression.codec=lz4",
                        "memory.stream_bytes=32 MiB");
        assertThat(reload.needsRestart())
                .containsExactly("network.port=9801", "http.max_connections=40", "http.max_connections_per_peer=30");
        assertThat(reload.config().network().port()).isEqualTo(9800);
        assertThat(reload.config().scan().beamline()).isEqualTo("id22");
        assertThat(reload.config().limits().streams()).isEqualTo(8);
    }

    @Test
    void shouldFindNothingToDoInTheSame() {
        Reload reload = OLD.reload(OLD);

        assertThat(reload.changed()).isEmpty();
        assertThat(reload.needsRestart()).isEmpty();
        assertThat(reload.config()).isEqualTo(OLD);
    }

    @Test
    void shouldRefuseWhatDoesNotGoWithWhatStays() {
        DaemonConfig read = ConfigReader.read("memory: {slab_bytes: 256 MiB, stream_bytes: 128 MiB}\n");

        assertThatThrownBy(() -> OLD.reload(read))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("memory.stream_bytes");
    }
}
