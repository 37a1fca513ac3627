package org.penstock.daemon.scan;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.penstock.daemon.description.NexusNames;
import org.penstock.protocol.ProtocolException;

/** Any text as a name: refused, or the name of a file in its folder, whatever else it is; a name in HDF5 is what NeXus takes. */
final class NamesFuzzTest {
    private static final Path FOLDER = Path.of("/data/scan");

    @FuzzTest(maxDuration = "10s")
    void check(byte[] text) {
        String name = new String(text, StandardCharsets.UTF_8);
        try {
            String checked = NamePart.check("detector", name);
            Path file = FOLDER.resolve(checked);
            assertThat(file.normalize().getParent()).isEqualTo(FOLDER);
            assertThat(file.getFileName()).hasToString(name);
        } catch (ProtocolException e) {
            // and what is said of it can be logged
            assertThat(String.valueOf(e.getMessage()).chars()).noneMatch(Character::isISOControl);
        }
        if (!name.isEmpty()) {
            assertThat(NexusNames.normalise(name)).matches("[A-Za-z0-9_]+");
        }
    }
}
