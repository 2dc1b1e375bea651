"""What is free is what the system says."""

from __future__ import annotations

from theory import memory


def test_what_is_free_is_what_the_system_says(tmp_path, monkeypatch):
    said = tmp_path / "meminfo"
    said.write_text("MemTotal:  900 kB\nMemFree:  10 kB\nMemAvailable:  300 kB\n")
    monkeypatch.setattr(memory, "MEMINFO", said)
    assert memory.free() == 300 * 1024
    said.write_text("MemTotal:  900 kB\n")
    assert memory.free() is None


def test_elsewhere_it_is_not_known(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "absent")
    assert memory.free() is None
