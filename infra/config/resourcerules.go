package config

import (
	"fmt"
	"regexp"
)

func (c *checker) checkDatabase(d Database) {
	if d.Existing != nil {
		e := *d.Existing
		c.checkForm("database.existing.cluster", e.Cluster, form{regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9-]{0,62}$`), "write the cluster's identifier"})
		c.checkForm("database.existing.resource_id", e.ResourceID, form{regexp.MustCompile(`^cluster-[A-Z0-9]+$`), "write the cluster's resource id, cluster-ABC..."})
		c.checkForm("database.existing.host", e.Host, form{regexp.MustCompile(`^[a-z0-9.-]+$`), "write the writer endpoint"})
		c.checkForm("database.existing.secret", e.Secret, secretForm)
		c.checkForm("database.existing.security_group", e.SecurityGroup, buildIDForm("sg"))
		if e.SecretKey != "" {
			c.checkForm("database.existing.secret_key", e.SecretKey, keyForm)
		}
		return
	}
	c.checkForm("database.version", d.Version, versionForm)
	c.checkRange("database.min_capacity", d.MinCapacity, 0, 256)
	c.checkRange("database.max_capacity", d.MaxCapacity, max(1, d.MinCapacity), 256)
	c.checkRange("database.pause_after", float64(d.PauseAfter), 5, 1440)
	c.checkRange("database.readers", float64(d.Readers), 0, 2)
	c.checkRange("database.backup_days", float64(d.BackupDays), 1, 35)
	c.checkForm("database.maintenance", d.Maintenance, form{regexp.MustCompile(`^[a-z]{3}:\d\d:\d\d-[a-z]{3}:\d\d:\d\d$`), "write a window such as sun:10:00-sun:10:30"})
	c.checkForm("database.backup", d.Backup, form{regexp.MustCompile(`^\d\d:\d\d-\d\d:\d\d$`), "write a window such as 08:00-08:30"})
}

func (c *checker) checkStorage(s Storage) {
	if s.Existing != nil {
		c.checkForm("storage.existing.bucket", s.Existing.Bucket, bucketForm)
		c.checkForm("storage.existing.key", s.Existing.Key, keyForm)
		return
	}
	if *s.ArchiveAfter != 0 {
		c.checkRange("storage.archive_after", float64(*s.ArchiveAfter), 30, 3650)
	}
	if s.ExpireAfter != 0 {
		c.checkRange("storage.expire_after", float64(s.ExpireAfter), float64(*s.ArchiveAfter+1), 36500)
	}
}

func (c *checker) checkLoading(l Loading) {
	c.checkOneOf("loading.with", l.With, Functions, Instance)
	c.checkRange("loading.concurrency", float64(l.Concurrency), 1, 100)
	if l.With == Instance {
		c.checkForm("loading.image", l.Image, imageForm)
		c.checkForm("loading.type", l.Type, form{regexp.MustCompile(`^[a-z]+\d+g[a-z]*\.\w+$`), "use an arm64 type such as t4g.micro"})
	}
}

func (c *checker) checkQuickSight(q QuickSight) {
	if len(q.Viewers) == 0 {
		c.addMistake("quicksight.viewers", "", "name at least one group of QuickSight")
	}
	if q.IdentityRegion != "" {
		c.checkForm("quicksight.identity_region", q.IdentityRegion, regionForm)
	}
	c.checkForm("quicksight.refresh_at", q.RefreshAt, clockForm)
	for i, rule := range q.Rows {
		if rule.Group == "" {
			c.addMistake(fmt.Sprintf("quicksight.rows[%d].group", i), "", "name the group")
		}
	}
}
