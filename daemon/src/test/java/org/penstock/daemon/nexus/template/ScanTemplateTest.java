package org.penstock.daemon.nexus.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ScanTemplateTest {
    private static final String HEAD = "entry: \"{number}.1\"\ntree:\n  \"@NX_class\": NXentry\n";
    private static final String DATA =
            "  $detectors: data\n  $movers: data\n  m: {\"@NX_class\": NXcollection, $measurement: links}\n";

    @TempDir
    private Path folder;

    @Test
    void shouldKnowWhereTheDataIsInTheBuiltInOnes() {
        ScanTemplate esrf = ScanTemplate.load("esrf");
        ScanTemplate nxscan = ScanTemplate.load("nxscan");

        assertThat(esrf.entryName(7)).isEqualTo("7.1");
        assertThat(esrf.detectorsPath()).isEqualTo("instrument");
        assertThat(esrf.isMeasurementData()).isFalse();
        assertThat(nxscan.entryName(7)).isEqualTo("entry7");
        assertThat(nxscan.measurementPath()).isEqualTo("measurement");
        assertThat(nxscan.isMeasurementData()).isTrue();
    }

    @Test
    void shouldLoadAFile() throws IOException {
        Path file = Files.writeString(folder.resolve("id13.yaml"), HEAD + DATA);

        assertThat(ScanTemplate.load(file.toString()).detectorsPath()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "  title: \"{titel}\"                          | line 4: unknown variable: actual={titel}, expected=one of [number, entry, title",
                "  $detector: data                            | line 4: unknown source: actual=$detector, expected=one of [$detectors",
                "  $positioners: middle                       | line 4: unknown form: key=$positioners, actual=middle, expected=one of [now, start",
                "  group: {title: x}                          | line 4: group without a class: group=group",
                "  \"@x\": {a: b}                              | line 4: no text: key=@x",
                "  \"@NX_class\": NXdata                       | line 4: key given twice: key=@NX_class, before in line 3",
                "  na/me: x                                   | line 4: name refused: actual=na/me",
                "  g: {\"@NX_class\": collection}              | line 4: no NeXus class: expected=a name that begins with NX, actual=collection",
                "  f: {$value: x, \"@a\": b, c: d}             | line 4: a field holds no groups: field=f",
                "  m2: {\"@NX_class\": NXcollection, $measurement: data} | inserted twice: key=$measurement",
                "  l: [1, 2]                                  | line 4: no text: key=l"
            })
    void shouldNameTheLine(String line, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("bad.yaml"), HEAD + "  " + line.strip() + "\n" + DATA);

        assertThatThrownBy(() -> ScanTemplate.load(file.toString()))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("scan template refused: source=" + file)
                .hasMessageContaining(message);
    }

    @Test
    void shouldRefuseWhatIsNoYaml() throws IOException {
        Path file = Files.writeString(folder.resolve("bad.yaml"), "entry: x\ntree: {a: [\n");

        assertThatThrownBy(() -> ScanTemplate.load(file.toString()))
                .hasMessageContaining("is not YAML")
                .hasMessageContaining("line=");
    }

    @Test
    void shouldRefuseAnEntryWithoutTheNumber() throws IOException {
        Path file =
                Files.writeString(folder.resolve("bad.yaml"), "entry: scan\ntree:\n  \"@NX_class\": NXentry\n" + DATA);

        assertThatThrownBy(() -> ScanTemplate.load(file.toString()))
                .hasMessageContaining("line 1: expected=a name with {number}");
    }

    @Test
    void shouldRefuseATemplateThatDoesNotSayWhereTheDataGoes() throws IOException {
        Path none = Files.writeString(folder.resolve("none.yaml"), HEAD + "  title: x\n");
        Path both = Files.writeString(folder.resolve("both.yaml"), HEAD + DATA.replace("links", "data"));

        assertThatThrownBy(() -> ScanTemplate.load(none.toString()))
                .hasMessageContaining("expected=$detectors somewhere");
        assertThatThrownBy(() -> ScanTemplate.load(both.toString()))
                .hasMessageContaining("data is in one place: expected=$detectors: links");
    }

    @Test
    void shouldRefuseAnUnknownName() {
        assertThatThrownBy(() -> ScanTemplate.load("sardana"))
                .hasMessageContaining("expected=one of [esrf, nxscan] or a YAML file");
    }
}
