package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"

	"view360/shared/plan"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"
)

// Read returns the configuration of a file, with defaults. Its error lists every [Mistake], one per line.
func Read(path string) (Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("reading the configuration: %w", err)
	}
	c, err := Parse(text)
	if err != nil {
		return Config{}, fmt.Errorf("%s:\n%w", path, err)
	}
	return c, nil
}

// Parse returns the configuration of a text, with defaults. It rejects unknown and repeated fields.
func Parse(text []byte) (Config, error) {
	var c Config
	decoder := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict(), yaml.DisallowUnknownField())
	if err := decoder.Decode(&c); err != nil && !errors.Is(err, io.EOF) { // an empty file
		return Config{}, errors.New(yaml.FormatError(err, false, true))
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return Config{}, err
	}
	c.setDefaults()
	check := &checker{file: file}
	check.checkConfig(c)
	return c, errors.Join(check.mistakes...)
}

func (c *Config) setDefaults() {
	c.Name = cmp.Or(c.Name, "View360")
	c.Network.CIDR = cmp.Or(c.Network.CIDR, "10.0.0.0/16")
	c.Network.Zones = cmp.Or(c.Network.Zones, 2)
	c.Loading.With = cmp.Or(c.Loading.With, Functions)
	c.Loading.Concurrency = cmp.Or(c.Loading.Concurrency, 10)
	c.Loading.Type = cmp.Or(c.Loading.Type, "t4g.micro")
	c.Alarms.SilentHours = cmp.Or(c.Alarms.SilentHours, 26)
	c.Logs.Days = cmp.Or(c.Logs.Days, 30)
	if c.Storage.ArchiveAfter == nil {
		c.Storage.ArchiveAfter = new(90)
	}
	if c.QuickSight != nil {
		c.QuickSight.RefreshAt = cmp.Or(c.QuickSight.RefreshAt, "06:00")
	}
	c.Collection.setDefaults(c.Name, c.Hub)
	c.Database.setDefaults()
}

func (c *Collection) setDefaults(name string, hub Hub) {
	c.Mode = cmp.Or(c.Mode, Single)
	c.HomeRegion = cmp.Or(c.HomeRegion, hub.Region)
	c.RoleName = cmp.Or(c.RoleName, name+"Member")
	c.Concurrency = cmp.Or(c.Concurrency, 20)
	if c.SettleDays == nil {
		c.SettleDays = new(plan.DefaultSettleDays)
	}
	s := &c.Schedules
	s.TimeZone = cmp.Or(s.TimeZone, "UTC")
	s.Daily = cmp.Or(s.Daily, "cron(0 1 * * ? *)")
	s.Weekly = cmp.Or(s.Weekly, "cron(0 4 ? * MON *)")
	s.Monthly = cmp.Or(s.Monthly, "cron(0 5 1 * ? *)")
	s.Yearly = cmp.Or(s.Yearly, "cron(0 6 1 1 ? *)")
	if s.Window == nil {
		s.Window = new(15)
	}
}

func (d *Database) setDefaults() {
	d.Version = cmp.Or(d.Version, "17.4")
	d.MaxCapacity = cmp.Or(d.MaxCapacity, 8)
	d.PauseAfter = cmp.Or(d.PauseAfter, 5)
	d.BackupDays = cmp.Or(d.BackupDays, 7)
	d.Maintenance = cmp.Or(d.Maintenance, "sun:10:00-sun:10:30")
	d.Backup = cmp.Or(d.Backup, "08:00-08:30")
	if d.Existing != nil {
		d.Existing.Name = cmp.Or(d.Existing.Name, "core")
	}
}
