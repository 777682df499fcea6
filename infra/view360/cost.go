package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"view360/shared/price"
)

type costCommand struct {
	Accounts int `help:"Number of accounts." default:"300" placeholder:"N"`
	Regions  int `help:"Number of regions covered in each account." default:"5" placeholder:"N"`
	Authors  int `help:"Authors of QuickSight." placeholder:"N"`
	Readers  int `help:"Readers of QuickSight." placeholder:"N"`
	// Templates replaces the resources of the examples.
	Templates string `help:"Folder of synthesized templates, such as cdk.out: price the resources of this deployment." type:"existingdir" placeholder:"DIR"`
}

// Help returns the text of cost --help.
func (costCommand) Help() string {
	return `Multiplies the resources of the templates, and counts that were measured in the demonstration and scaled to the
organization, by AWS's list prices, for one daily run. It sends no request. Ways to deploy:
  pull      collectors in the hub assume a role in every account
  push      collectors in every account, each with its own free tier, bucket and alarm
  option B  as pull, and an EC2 receiver loads in place of Lambda`
}

// Validate wants an organization to calculate with.
func (c costCommand) Validate() error {
	if c.Accounts < 1 || c.Regions < 1 {
		return errors.New("--accounts and --regions must be 1 or more")
	}
	return nil
}

// Run prints the bill of each way to deploy.
func (c costCommand) Run(_ context.Context, out *output) error {
	scenario := price.Scenario{Accounts: c.Accounts, Regions: c.Regions, Authors: c.Authors, Readers: c.Readers}
	ways := price.Ways
	var err error
	if scenario.Prices, err = price.ReadPrices(); err != nil {
		return err
	}
	if scenario.Measured, err = price.ReadMeasured(); err != nil {
		return err
	}
	if c.Templates == "" {
		scenario.Resources, err = price.ReadResources()
	} else {
		ways, scenario.Resources, err = readTemplates(c.Templates)
	}
	if err != nil {
		return err
	}
	bills := map[price.Way][]price.Component{}
	for _, way := range ways {
		bills[way] = scenario.Month(way)
	}
	if out.json {
		return json.NewEncoder(out.out).Encode(bills)
	}
	return c.printBills(out.out, scenario, ways, bills)
}

func (c costCommand) printBills(out io.Writer, s price.Scenario, ways []price.Way, bills map[price.Way][]price.Component) error {
	fmt.Fprintf(out, "%d accounts × %d regions, one daily run: US dollars a month\n\n", c.Accounts, c.Regions)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "\tquantity (%s)\t", ways[0])
	for _, way := range ways {
		fmt.Fprintf(table, "%s\t", way)
	}
	fmt.Fprintln(table)
	for i, component := range bills[ways[0]] {
		fmt.Fprintf(table, "%s\t%.0f %s\t", component.Name, component.Quantity, component.Unit)
		for _, way := range ways {
			fmt.Fprintf(table, "%.2f\t", bills[way][i].Dollars)
		}
		fmt.Fprintln(table)
	}
	fmt.Fprint(table, "Total\t\t")
	for _, way := range ways {
		fmt.Fprintf(table, "%.2f\t", price.Total(bills[way]))
	}
	fmt.Fprintln(table)
	if err := table.Flush(); err != nil {
		return fmt.Errorf("printing the bill: %w", err)
	}
	_, err := fmt.Fprintf(out, "\nList prices of %s as of %s, counts of the demonstration of %s (%d accounts, %d snapshots a day).\nWithout data transfer, and what Security Hub, Config and the rest cost by themselves.\n",
		s.Prices.Region, s.Prices.AsOf, s.Measured.Date, s.Measured.Accounts, s.Measured.Loads)
	return err
}

// collectionTemplate ends the name of the one template that a hub which is pushed to does not have.
const collectionTemplate = "Collection.template.json"

// readTemplates counts the resources of a deployment's synthesized templates. They show how it is deployed: by an instance
// that loads, by accounts that push, whose own template is not among them, or by pull.
func readTemplates(dir string) ([]price.Way, map[price.Way]price.Resources, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.template.json"))
	if err != nil || len(files) == 0 {
		return nil, nil, errors.Join(usageError{fmt.Errorf("%s has no templates: run cdk synth first", dir)}, err)
	}
	var hub price.Fixed
	collects := false
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, nil, fmt.Errorf("reading a template: %w", err)
		}
		counted, err := price.CountResources(text)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", file, err)
		}
		hub.Add(counted)
		collects = collects || strings.HasSuffix(file, collectionTemplate)
	}
	way := price.Pull
	switch {
	case hub.Instances > 0:
		way = price.OptionB
	case !collects:
		way = price.Push
	}
	examples, err := price.ReadResources()
	if err != nil {
		return nil, nil, err
	}
	return []price.Way{way}, map[price.Way]price.Resources{way: {Hub: hub, Account: examples[way].Account}}, nil
}
